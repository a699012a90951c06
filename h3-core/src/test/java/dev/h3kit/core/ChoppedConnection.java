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
import java.util.function.Consumer;

/** A connection that hands out at most a few octets of each of its streams at a time. */
record ChoppedConnection(Connection connection, int chunk) implements Connection {
  @Override
  public Stream openBidirectional(Deadline deadline) throws IOException {
    return new Chopped(connection.openBidirectional(deadline), chunk);
  }

  @Override
  public Stream openUnidirectional(Deadline deadline) throws IOException {
    return connection.openUnidirectional(deadline);
  }

  @Override
  public void acceptStreams(Consumer<Stream> acceptor) {
    connection.acceptStreams(stream -> acceptor.accept(new Chopped(stream, chunk)));
  }

  @Override
  public void close(long errorCode, String reason) {
    connection.close(errorCode, reason);
  }

  @Override
  public CompletableFuture<Termination> closed() {
    return connection.closed();
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

  @Override
  public int peerBidirectionalStreams() {
    return connection.peerBidirectionalStreams();
  }

  @Override
  public Datagrams datagrams() {
    return connection.datagrams();
  }
}
