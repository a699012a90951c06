package dev.h3kit.client;

import dev.h3kit.core.ClientExchange;
import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.Deadline;
import dev.h3kit.core.Http3Client;
import dev.h3kit.core.PushHandler;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.trace.KeyLog;
import dev.h3kit.core.trace.Qlog;
import dev.h3kit.core.trace.QlogTrace;
import dev.h3kit.core.transport.ClientTransportConfig;
import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.DatagramFaults;
import dev.h3kit.core.transport.PacketTap;
import dev.h3kit.core.transport.QuicClient;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes HTTP/3 connections with h3-core. */
final class CoreConnector implements QuicConnector {
  private final ClientSettings settings;
  private final @Nullable Qlog qlog;

  CoreConnector(ClientSettings settings) {
    this.settings = settings;
    Path folder = settings.qlog();
    this.qlog = folder == null ? null : new Qlog(folder, Qlog.GREATEST, e -> failed(folder, e));
  }

  @Override
  public H3Link connect(String host, InetSocketAddress address, Watch watch, Deadline deadline)
      throws IOException {
    ClientTransportConfig config = config(new WatchedDatagrams(settings.faults(), watch));
    if (qlog == null && settings.keyLog() == null) {
      return new CoreLink(
          Http3Client.connect(
              config, settings.limits(), settings.events(), host, address, deadline));
    }
    return traced(config, host, address, deadline);
  }

  private H3Link traced(
      ClientTransportConfig config, String host, InetSocketAddress address, Deadline deadline)
      throws IOException {
    Path keys = settings.keyLog();
    PacketTap tap = keys == null ? PacketTap.NONE : new KeyLog(keys, e -> failed(keys, e));
    QlogTrace trace = qlog == null ? null : qlog.begin(host).orElse(null);
    long start = System.nanoTime();
    try {
      Connection connection =
          QuicClient.connect(config, trace == null ? tap : trace.tap(tap), host, address, deadline);
      return new CoreLink(
          Http3Client.on(
              trace == null ? connection : trace.around(connection),
              settings.limits(),
              trace == null ? settings.events() : trace.events(settings.events()),
              Duration.ofNanos(System.nanoTime() - start),
              List.of()));
    } catch (IOException e) {
      if (trace != null) {
        trace.failed(e);
      }
      throw e;
    }
  }

  private void failed(Path file, IOException cause) {
    settings.clientEvents().traceFailed(file, cause);
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
        RequestHead head,
        ByteBuffer content,
        boolean last,
        Deadline deadline,
        @Nullable PushHandler pushes)
        throws IOException {
      return client.send(head, content, last, deadline, pushes);
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
