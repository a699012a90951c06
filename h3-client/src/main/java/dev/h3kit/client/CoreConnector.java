package dev.h3kit.client;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.transport.ClientTransportConfig;
import dev.h3kit.core.transport.DatagramFaults;
import dev.h3kit.core.transport.QuicClient;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Makes HTTP/3 connections with h3-core. */
final class CoreConnector implements QuicConnector {
  private final ClientSettings settings;

  CoreConnector(ClientSettings settings) {
    this.settings = settings;
  }

  @Override
  public H3Link connect(String host, InetSocketAddress address, Watch watch, Deadline deadline)
      throws IOException {
    ClientTransportConfig config = config(new WatchedDatagrams(settings.faults(), watch));
    return new CoreLink(
        Http3Client.connect(config, settings.limits(), settings.events(), host, address, deadline));
  }

  private ClientTransportConfig config(DatagramFaults faults) {
    ClientTransportConfig defaults = ClientTransportConfig.DEFAULT;
    return new ClientTransportConfig(
        settings.trust(),
        !settings.insecure(),
        defaults.idleTimeout(),
        defaults.streamReceiveWindow(),
        defaults.connectionReceiveWindow(),
        defaults.peerBidirectionalStreams(),
        defaults.peerUnidirectionalStreams(),
        faults);
  }

  @Override
  public boolean covers(H3Link link, String host) {
    // RFC 9114 §3.3: "To use an existing connection for a new origin, clients MUST validate the
    // certificate presented by the server for the new origin server using the process described in
    // Section 4.3.4 of [HTTP]."
    return QuicClient.authoritative(
        config(DatagramFaults.NONE), link.info().peerCertificates(), host);
  }

  private record WatchedDatagrams(DatagramFaults faults, Watch watch) implements DatagramFaults {
    @Override
    public Fate sending(DatagramPacket packet) {
      watch.sent();
      return faults.sending(packet);
    }

    @Override
    public Fate received(DatagramPacket packet) {
      Fate fate = faults.received(packet);
      if (!(fate instanceof Fate.Drop)) {
        watch.received();
      }
      return fate;
    }
  }

  private record CoreLink(Http3Client client) implements H3Link {
    @Override
    public ClientExchange send(
        RequestHead head, ByteBuffer content, boolean last, Deadline deadline) throws IOException {
      return client.send(head, content, last, deadline);
    }

    @Override
    public boolean open() {
      return client.open();
    }

    @Override
    public ConnectionInfo info() {
      return client.info();
    }

    @Override
    public void onClosed(Runnable action) {
      var _ = client.closed().thenRun(action);
    }

    @Override
    public void close(Deadline deadline) {
      client.close(deadline);
    }
  }
}
