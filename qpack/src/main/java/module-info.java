/** QPACK (RFC 9204): field compression for HTTP/3, as a pure codec. */
module dev.h3kit.qpack {
  requires static transitive org.jspecify;

  exports dev.h3kit.qpack;
}
