/** A {@link java.net.http.HttpClient} that speaks HTTP/3. */
module dev.h3kit.client {
  requires static transitive org.jspecify;
  requires transitive dev.h3kit.core;
  requires transitive java.net.http;

  exports dev.h3kit.client;
}
