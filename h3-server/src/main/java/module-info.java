/** HTTP/3 for Eclipse Jetty, and the development server. */
module dev.h3kit.server {
  requires static transitive org.jspecify;
  requires transitive dev.h3kit.core;
  requires transitive org.eclipse.jetty.server;
  requires org.eclipse.jetty.alpn.server;
  requires org.eclipse.jetty.http2.server;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;

  exports dev.h3kit.server;
}
