/** The h3 command. */
module dev.h3kit.cli {
  requires dec; // org.brotli, which has no module name of its own
  requires static transitive org.jspecify;
  requires dev.h3kit.client;
  requires dev.h3kit.qpack;
  requires dev.h3kit.server;
  requires info.picocli;

  opens dev.h3kit.cli to
      info.picocli;
  opens dev.h3kit.cli.console to
      info.picocli;
  opens dev.h3kit.cli.compare to
      info.picocli;
  opens dev.h3kit.cli.demo to
      info.picocli;
  opens dev.h3kit.cli.get to
      info.picocli;
  opens dev.h3kit.cli.qpack to
      info.picocli;
  opens dev.h3kit.cli.serve to
      info.picocli;
  opens dev.h3kit.cli.shell to
      info.picocli;

  provides java.net.spi.InetAddressResolverProvider with
      dev.h3kit.cli.get.TcpNames;
}
