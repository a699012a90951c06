/** HTTP/3 (RFC 9114) for both roles. */
module dev.h3kit.core {
  requires static transitive org.jspecify;
  requires transitive dev.h3kit.qpack;
  requires tech.kwik.core;
  requires tech.kwik.agent15;

  exports dev.h3kit.core;
  exports dev.h3kit.core.trace;
  exports dev.h3kit.core.transport;
}
