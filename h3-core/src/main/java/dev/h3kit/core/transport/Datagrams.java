package dev.h3kit.core.transport;

import java.util.function.Consumer;

/**
 * The datagrams of a connection (RFC 9221): delivered at most once, in any order or not at all.
 * They exist only where the configurations of both sides ask for them. Thread-safe.
 */
public interface Datagrams {
  /** The answer of {@link #maxSize} where nothing can be sent. */
  int NONE = -1;

  /**
   * Datagrams that wait for the network's leave to be sent: a burst of them, some 80 KiB. One more
   * is dropped, since what waits long is stale.
   */
  int MAX_UNSENT = 64;

  /** Of a connection without them. */
  Datagrams OFF =
      new Datagrams() {
        @Override
        public boolean receivable() {
          return false;
        }

        @Override
        public int maxSize() {
          return NONE;
        }

        @Override
        public boolean send(byte[] octets) {
          throw new IllegalStateException("this connection has no datagrams");
        }

        @Override
        public void receive(Consumer<byte[]> receiver) {}

        @Override
        public long dropped() {
          return 0;
        }
      };

  /** Whether this side has told the peer that it takes them. */
  boolean receivable();

  /**
   * The most octets that fit in one, or {@link #NONE} if the peer takes none. It may change while
   * the connection lives.
   */
  int maxSize();

  /**
   * Hands one to the transport; never blocks.
   *
   * @return false if it was dropped, because {@link #MAX_UNSENT} wait already
   * @throws IllegalStateException if the peer takes none
   * @throws IllegalArgumentException if it is larger than {@link #maxSize}
   */
  boolean send(byte[] octets);

  /**
   * Hands each datagram of the peer to {@code receiver}, on a thread of the transport that must not
   * be blocked. Those that come before are dropped.
   */
  void receive(Consumer<byte[]> receiver);

  /** Datagrams dropped on this side so far: not sent, or come when there was no receiver. */
  long dropped();
}
