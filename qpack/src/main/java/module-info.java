/** QPACK (RFC 9204): field compression for HTTP/3, as a pure codec. */
@SuppressWarnings("module") // the command is built after this module
module dev.h3kit.qpack {
  requires static transitive org.jspecify;

  exports dev.h3kit.qpack;
  exports dev.h3kit.qpack.interop to
      dev.h3kit.cli;
}
