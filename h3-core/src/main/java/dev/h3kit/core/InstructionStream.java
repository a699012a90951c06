package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.OctetBuffer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sending side of a QPACK encoder or decoder stream (RFC 9204 §4.2). Whoever makes instructions
 * leaves them here and goes on; one virtual thread opens the stream and writes them in order, so
 * that flow control holds up nobody else. Thread-safe.
 */
final class InstructionStream {
  /** The stream type of an encoder stream. */
  static final long ENCODER = 0x02;

  /** The stream type of a decoder stream. */
  static final long DECODER = 0x03;

  /**
   * Unsent octets above which the peer is not reading; far more than an honest pair of tables
   * needs.
   */
  static final int MAX_UNSENT = 64 << 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private OctetBuffer unsent = new OctetBuffer(64);
  private OctetBuffer sending = new OctetBuffer(64);
  private final CountDownLatch opened = new CountDownLatch(1);
  private boolean closed;

  /** A stream of {@code type}, whose type octet is the first thing written. */
  InstructionStream(long type) {
    VarInt.write(unsent, type);
  }

  /** How many more octets may be left here. */
  int room() {
    lock.lock();
    try {
      return Math.max(0, MAX_UNSENT - unsent.length());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes what is in {@code instructions} and clears it; false if more is unsent than an honest
   * peer lets pile up.
   */
  boolean take(OctetBuffer instructions) {
    if (instructions.isEmpty()) {
      return true;
    }
    lock.lock();
    try {
      unsent.put(instructions.array(), 0, instructions.length());
      instructions.clear();
      changed.signal();
      return unsent.length() <= 2 * MAX_UNSENT;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the stream is open, or never will be; false if neither is so in time. */
  boolean awaitOpen(Duration wait) throws InterruptedException {
    return opened.await(wait.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends {@link #run}. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    opened.countDown();
  }

  /** Opens the stream and writes until closed; throws when the stream or connection is lost. */
  void run(Connection connection) throws IOException, InterruptedException {
    Stream stream = connection.openUnidirectional(Deadline.NEVER);
    opened.countDown();
    while (next()) {
      stream.write(sending.array(), 0, sending.length(), Deadline.NEVER);
      sending.clear();
    }
  }

  private boolean next() throws InterruptedException {
    lock.lock();
    try {
      while (unsent.isEmpty() && !closed) {
        changed.await();
      }
      OctetBuffer full = unsent;
      unsent = sending;
      sending = full;
      return !full.isEmpty();
    } finally {
      lock.unlock();
    }
  }
}
