package dev.h3kit.core;

import dev.h3kit.core.transport.Datagrams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The HTTP datagrams of one connection (RFC 9297 §2.1): finds the exchange of each QUIC datagram
 * that comes. Thread-safe.
 */
final class HttpDatagrams {
  /**
   * Datagrams kept for streams that are not there yet, of a whole connection: some 40 KiB. One more
   * drives the oldest out.
   */
  static final int MAX_EARLY = 32;

  /** How long they are kept: "on the order of a round trip" of a slow path. */
  static final long EARLY_NANOS = 1_000_000_000L;

  /** RFC 9297 §2.1: the largest Quarter Stream ID. */
  private static final long MAX_QUARTER = (1L << 60) - 1;

  private final Http3Connection connection;
  private final Datagrams transport;
  private final boolean server;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, ExchangeDatagrams> exchanges = new HashMap<>();
  private final Queue<Early> early = new ArrayDeque<>(0);

  /** A datagram that came before its stream. */
  private record Early(long streamId, ByteBuffer payload, long cameAt) {}

  HttpDatagrams(Http3Connection connection, Datagrams transport, boolean server) {
    this.connection = connection;
    this.transport = transport;
    this.server = server;
  }

  /** Whether SETTINGS_H3_DATAGRAM is announced: where the transport takes datagrams. */
  boolean announced() {
    return transport.receivable();
  }

  /** Begins to take datagrams. */
  void start() {
    if (announced()) {
      transport.receive(this::came);
    }
  }

  /** The datagrams of a request stream that begins. */
  ExchangeDatagrams begin(long streamId, Runnable refuse) {
    ExchangeDatagrams begun = new ExchangeDatagrams(this, streamId, refuse);
    if (!announced()) {
      return begun;
    }
    lock.lock();
    try {
      exchanges.put(streamId, begun);
      long now = System.nanoTime();
      for (Iterator<Early> kept = early.iterator(); kept.hasNext(); ) {
        Early datagram = kept.next();
        boolean stale = now - datagram.cameAt() > EARLY_NANOS;
        if (datagram.streamId() == streamId && !stale) {
          begun.came(datagram.payload().array());
        }
        if (datagram.streamId() == streamId || stale) {
          kept.remove();
        }
      }
    } finally {
      lock.unlock();
    }
    return begun;
  }

  /** A request stream is over. */
  void end(long streamId) {
    if (announced()) {
      lock.lock();
      try {
        exchanges.remove(streamId);
      } finally {
        lock.unlock();
      }
    }
  }

  /** On the transport's thread. */
  private void came(byte[] datagram) {
    int size = datagram.length == 0 ? 1 : VarInt.length(datagram[0]);
    // RFC 9297 §2.1: "Receipt of a QUIC DATAGRAM frame whose payload is too short to allow parsing
    // the Quarter Stream ID field MUST be treated as an HTTP/3 connection error of type
    // H3_DATAGRAM_ERROR (0x33)."
    if (datagram.length < size) {
      fail("a datagram is too short for its Quarter Stream ID");
      return;
    }
    long quarter = VarInt.read(datagram, 0, size);
    // RFC 9297 §2.1: "the largest legal value of the Quarter Stream ID field is 2^60-1. Receipt of
    // an HTTP/3 Datagram that includes a larger value MUST be treated as an HTTP/3 connection error
    // of type H3_DATAGRAM_ERROR (0x33)."
    if (quarter > MAX_QUARTER) {
      fail("the Quarter Stream ID " + quarter + " is above 2^60-1");
      return;
    }
    deliver(quarter << 2, Arrays.copyOfRange(datagram, size, datagram.length));
  }

  private void fail(String message) {
    Http3Exception.OfConnection error =
        Http3Exception.connection(Http3Error.H3_DATAGRAM_ERROR, "9", message);
    connection.spawn(
        "datagram-error",
        () -> {
          throw error;
        });
  }

  private void deliver(long streamId, byte[] payload) {
    ExchangeDatagrams exchange;
    lock.lock();
    try {
      exchange = exchanges.get(streamId);
      // RFC 9297 §2.1: for "a stream that has not yet been created, the receiver SHALL either drop
      // that datagram silently or buffer it temporarily (on the order of a round trip) while
      // awaiting the creation of the corresponding stream." Only a client creates such streams.
      if (exchange == null && server) {
        if (early.size() >= MAX_EARLY) {
          early.remove();
        }
        early.add(new Early(streamId, ByteBuffer.wrap(payload), System.nanoTime()));
      }
    } finally {
      lock.unlock();
    }
    if (exchange != null) {
      exchange.came(payload);
    }
  }

  /** The most octets of a payload for this stream, -1 if none can be sent. */
  int maxSize(long streamId) {
    // RFC 9297 §2.1.1: "QUIC DATAGRAM frames MUST NOT be sent until the SETTINGS_H3_DATAGRAM
    // setting has been both sent and received with a value of 1."
    if (!announced() || !connection.peerSettings().datagrams()) {
      return -1;
    }
    return Math.max(-1, transport.maxSize() - VarInt.sizeOf(streamId >> 2));
  }

  /** Waits for the peer's settings; whether datagrams can be sent. */
  boolean negotiated(Deadline deadline) throws IOException {
    return announced()
        && connection.extensions().awaitPeerSettings(deadline).datagrams()
        && transport.maxSize() >= 0;
  }

  /** Sends a datagram; false if it was dropped. */
  boolean send(long streamId, ByteBuffer payload) {
    if (announced() && !connection.extensions().peerSettingsKnown()) {
      return false;
    }
    int most = maxSize(streamId);
    if (most < 0) {
      throw new IllegalStateException("HTTP datagrams were not negotiated");
    }
    if (payload.remaining() > most) {
      throw new IllegalArgumentException(payload.remaining() + " octets; a datagram holds " + most);
    }
    byte[] datagram = new byte[VarInt.sizeOf(streamId >> 2) + payload.remaining()];
    int at = VarInt.write(datagram, 0, streamId >> 2);
    payload.get(datagram, at, datagram.length - at);
    return transport.send(datagram);
  }
}
