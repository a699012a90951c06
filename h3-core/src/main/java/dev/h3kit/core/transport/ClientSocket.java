package dev.h3kit.core.transport;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket, connected to the server, so that the kernel passes ICMP's port unreachable on
 * and drops what comes from others.
 */
final class ClientSocket extends GuardedSocket {
  /** A server that is gone is believed to be after so many port-unreachables in a row... */
  private static final int UNREACHABLE_STRIKES = 3;

  /** ...spread over at least this long. */
  private static final long UNREACHABLE_NANOS = 1_000_000_000L;

  private static final long HOLD_AT_MOST_NANOS = 50_000_000L;
  private static final long HOLD_LOOK_NANOS = 50_000L;

  private final KwikConnection connection;
  private final Thread connector;
  private volatile boolean established;
  private volatile @Nullable IOException unreachable;
  private boolean held;
  private int strikes;
  private long firstStrike;

  /**
   * @param connector the thread that is going to be in kwik's connect
   */
  ClientSocket(
      InetSocketAddress server, DatagramFaults faults, KwikConnection connection, Thread connector)
      throws SocketException {
    super(new InetSocketAddress(0), faults);
    this.connection = connection;
    this.connector = connector;
    try {
      connect(server);
    } catch (SocketException e) {
      close();
      throw e;
    }
  }

  void established() {
    established = true;
  }

  /** Why nothing can be sent, if the handshake failed for that. */
  @Nullable IOException unreachable() {
    return unreachable;
  }

  @Override
  boolean admit(DatagramPacket packet) {
    strikes = 0;
    if (!held) {
      held = true;
      holdUntilConnectorWaits();
    }
    return true;
  }

  /**
   * kwik's TLS drops a ServerHello that comes before the thread that sent the ClientHello has noted
   * that it did, and never recovers. That thread notes it before it begins to wait.
   */
  private void holdUntilConnectorWaits() {
    long giveUp = System.nanoTime() + HOLD_AT_MOST_NANOS;
    while (connector.getState() != Thread.State.TIMED_WAITING
        && !established
        && System.nanoTime() - giveUp < 0) {
      LockSupport.parkNanos(HOLD_LOOK_NANOS);
    }
  }

  @Override
  void receiveFailed(IOException failure) throws IOException {
    if (isClosed()) {
      throw failure;
    }
    if (!established) {
      unreachable = failure;
      throw failure;
    }
    if (failure instanceof PortUnreachableException) {
      long now = System.nanoTime();
      if (strikes++ == 0) {
        firstStrike = now;
      } else if (strikes >= UNREACHABLE_STRIKES && now - firstStrike >= UNREACHABLE_NANOS) {
        throw failure;
      }
    }
  }

  @Override
  void sendFailed(IOException failure) throws IOException {
    if (!established && !isClosed()) {
      unreachable = failure;
      throw failure;
    }
  }

  /** kwik closes the socket last: whatever became of the connection, it is over. */
  @Override
  public void close() {
    super.close();
    // The superclass's constructor may close before there is a connection.
    if (connection != null) {
      connection.socketClosed();
    }
  }
}
