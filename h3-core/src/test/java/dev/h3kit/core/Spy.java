package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.ConnectionStats;
import dev.h3kit.core.transport.Datagrams;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.Termination;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A connection that remembers the bidirectional stream opened last. */
record Spy(Connection connection, AtomicReference<Stream> last) implements Connection {
  @Override
  public Stream openBidirectional(Deadline deadline) throws IOException {
    Stream stream = connection.openBidirectional(deadline);
    last.set(stream);
    return stream;
  }

  @Override
  public Stream openUnidirectional(Deadline deadline) throws IOException {
    return connection.openUnidirectional(deadline);
  }

  @Override
  public int peerBidirectionalStreams() {
    return connection.peerBidirectionalStreams();
  }

  @Override
  public void acceptStreams(Consumer<Stream> acceptor) {}

  @Override
  public void close(long errorCode, String reason) {
    connection.close(errorCode, reason);
  }

  @Override
  public CompletableFuture<Termination> closed() {
    return connection.closed();
  }

  @Override
  public Datagrams datagrams() {
    return connection.datagrams();
  }

  @Override
  public InetSocketAddress localAddress() {
    return connection.localAddress();
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return connection.remoteAddress();
  }

  @Override
  public List<X509Certificate> peerCertificates() {
    return connection.peerCertificates();
  }

  @Override
  public ConnectionStats stats() {
    return connection.stats();
  }
}
