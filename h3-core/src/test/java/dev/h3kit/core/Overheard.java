package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.StreamResetException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Everything that the other side sends on streams it opens, read to the end as it comes. */
final class Overheard {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Recording> recordings = new ArrayList<>();

  Overheard(Connection connection) {
    connection.acceptStreams(stream -> {
      Recording recording = new Recording(stream);
      lock.lock();
      try {
        recordings.add(recording);
      } finally {
        lock.unlock();
      }
      Thread.ofVirtual().start(recording::run);
    });
  }

  /** A frame as it was sent. */
  record SentFrame(long type, ByteBuffer payload) {
    /** The integer that is the whole payload. */
    long number() {
      return VarInt.read(octets(), 0, payload.remaining());
    }

    byte[] octets() {
      byte[] octets = new byte[payload.remaining()];
      payload.duplicate().get(octets);
      return octets;
    }
  }

  /** How a stream ended. */
  enum End {
    NOT,
    FINISHED,
    RESET,
    WITH_ITS_CONNECTION
  }

  /** What came on one stream. */
  final class Recording {
    private final Stream stream;
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private End end = End.NOT;

    private Recording(Stream stream) {
      this.stream = stream;
    }

    private void run() {
      byte[] buffer = new byte[1000];
      try {
        for (int got = read(buffer); got >= 0; got = read(buffer)) {
          int length = got;
          change(() -> octets.write(buffer, 0, length));
        }
        change(() -> end = End.FINISHED);
      } catch (StreamResetException _) {
        change(() -> end = End.RESET);
      } catch (ConnectionClosedException _) {
        change(() -> end = End.WITH_ITS_CONNECTION);
      } catch (IOException _) {
        // Nothing comes any more: what a test still waits for does not come either.
        return;
      }
    }

    private int read(byte[] buffer) throws IOException {
      return stream.read(buffer, 0, buffer.length, RawPeer.soon());
    }

    private void change(Runnable change) {
      lock.lock();
      try {
        change.run();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    Stream stream() {
      return stream;
    }

    End end() {
      lock.lock();
      try {
        return end;
      } finally {
        lock.unlock();
      }
    }

    /** The type of a unidirectional stream, or -1 while it is unknown. */
    long type() {
      byte[] all = octets();
      return all.length == 0 || all.length < VarInt.length(all[0])
          ? -1
          : VarInt.read(all, 0, VarInt.length(all[0]));
    }

    /** Whether nothing came behind the type of a unidirectional stream. */
    boolean silent() {
      byte[] all = octets();
      return all.length == 0 || all.length == VarInt.length(all[0]);
    }

    /** The frames that came whole so far, behind the type of a unidirectional stream. */
    List<SentFrame> frames() {
      byte[] all = octets();
      List<SentFrame> frames = new ArrayList<>();
      int at = stream.bidirectional() || all.length == 0 ? 0 : VarInt.length(all[0]);
      while (at < all.length) {
        int size = VarInt.length(all[at]);
        if (at + size >= all.length || at + size + VarInt.length(all[at + size]) > all.length) {
          break;
        }
        long type = VarInt.read(all, at, size);
        int sizeOfLength = VarInt.length(all[at + size]);
        int from = at + size + sizeOfLength;
        int to = from + Math.toIntExact(VarInt.read(all, at + size, sizeOfLength));
        if (to > all.length) {
          break;
        }
        frames.add(new SentFrame(type, ByteBuffer.wrap(Arrays.copyOfRange(all, from, to))));
        at = to;
      }
      return frames;
    }

    private byte[] octets() {
      lock.lock();
      try {
        return octets.toByteArray();
      } finally {
        lock.unlock();
      }
    }
  }

  /** The streams so far. */
  List<Recording> streams() {
    lock.lock();
    try {
      return List.copyOf(recordings);
    } finally {
      lock.unlock();
    }
  }

  /** The unidirectional streams of a type. */
  List<Recording> ofType(long type) {
    return streams().stream()
        .filter(recording -> !recording.stream().bidirectional() && recording.type() == type)
        .toList();
  }

  /** The frames of the control stream so far. */
  List<SentFrame> control() {
    return ofType(ControlStream.TYPE).stream().flatMap(r -> r.frames().stream()).toList();
  }

  /** The request streams in the order in which they were opened. */
  List<Recording> requests() {
    return streams().stream().filter(recording -> recording.stream().bidirectional()).toList();
  }

  /** Waits until something has come; fails after half a minute. */
  void await(String what, BooleanSupplier come) throws InterruptedException {
    long left = TimeUnit.SECONDS.toNanos(30);
    lock.lock();
    try {
      while (!come.getAsBoolean()) {
        if (left <= 0) {
          throw new AssertionError("did not come: " + what);
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
