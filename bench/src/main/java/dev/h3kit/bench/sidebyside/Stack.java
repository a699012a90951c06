package dev.h3kit.bench.sidebyside;

import java.security.KeyStore;

/** What is compared. */
enum Stack {
  /** Streams of the QUIC stack without HTTP: the measure for the others. */
  KWIK("bare kwik stream") {
    @Override
    LoadServer serve(KeyStore keys) throws Exception {
      return KwikLoad.serve(keys);
    }

    @Override
    LoadClient connect(int port) throws Exception {
      return KwikLoad.connect(port);
    }
  },
  /** The same streams through h3-core's transport: what the armour costs or brings. */
  TRANSPORT("h3kit stream") {
    @Override
    LoadServer serve(KeyStore keys) throws Exception {
      return TransportLoad.serve(keys);
    }

    @Override
    LoadClient connect(int port) throws Exception {
      return TransportLoad.connect(port);
    }
  },
  /** h3-core at both ends. */
  H3KIT("h3kit core") {
    @Override
    LoadServer serve(KeyStore keys) throws Exception {
      return H3kitLoad.serve(keys);
    }

    @Override
    LoadClient connect(int port) throws Exception {
      return H3kitLoad.connect(port);
    }
  },
  /** The {@code HttpClient} of h3-client and Jetty with the connector of h3-server. */
  H3KIT_HTTP("h3kit HttpClient and Jetty") {
    @Override
    LoadServer serve(KeyStore keys) throws Exception {
      return HttpLoad.serve(keys);
    }

    @Override
    LoadClient connect(int port) throws Exception {
      return HttpLoad.connect(port);
    }
  },
  /** flupke at both ends. */
  FLUPKE("flupke") {
    @Override
    LoadServer serve(KeyStore keys) throws Exception {
      return FlupkeLoad.serve(keys);
    }

    @Override
    LoadClient connect(int port) throws Exception {
      return FlupkeLoad.connect(port);
    }
  };

  private final String title;

  Stack(String title) {
    this.title = title;
  }

  /** The name in the report. */
  String title() {
    return title;
  }

  /**
   * Starts its server; the key store holds one private key, alias and password as in {@link Keys}.
   */
  abstract LoadServer serve(KeyStore keys) throws Exception;

  /** Connects its client to its server. */
  abstract LoadClient connect(int port) throws Exception;
}
