package dev.h3kit.core.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.locks.LockSupport;

/** A server's socket. */
final class ListeningSocket extends GuardedSocket {

  ListeningSocket(InetSocketAddress address, DatagramFaults faults) throws SocketException {
    super(address, faults);
  }

  /**
   * kwik ends the JVM if its server's receive fails before it has itself begun to close; when it
   * has, it interrupts the thread.
   */
  @Override
  void receiveFailed(IOException failure) throws IOException {
    if (isClosed()) {
      while (!Thread.currentThread().isInterrupted()) {
        LockSupport.park(this);
      }
      throw failure;
    }
  }
}
