/** HTTP/3 (RFC 9114) for both roles. */
module dev.h3kit.core {
  requires static transitive org.jspecify;
  requires transitive dev.h3kit.qpack;
  requires tech.kwik.core;
  requires tech.kwik.agent15;
  // Only for dev.h3kit.core.flupke, by those who have flupke.
  requires static tech.kwik.flupke;
  requires static java.net.http;

  exports dev.h3kit.core;
  exports dev.h3kit.core.flupke;
  exports dev.h3kit.core.trace;
  exports dev.h3kit.core.transport;
}
