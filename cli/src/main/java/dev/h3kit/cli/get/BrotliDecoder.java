package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.brotli.dec.BrotliInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Undoes the content coding br (RFC 7932) while the body comes. The decoder reads, and a body is
 * written: a thread of its own stands between them, with at most {@value #PIECES} pieces waiting
 * for it. Bombs are refused as by {@link GzipDecoder}.
 */
final class BrotliDecoder implements BodyOutput {
  private static final int PIECES = 4;
  private static final int SLICE = 32 * 1024;
  private static final long TICK_MILLIS = 100;
  private static final byte[] END = new byte[0];

  private final BodyOutput next;
  private final BlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(PIECES);
  private final AtomicLong taken = new AtomicLong();
  private final CompletableFuture<Void> decoded = new CompletableFuture<>();
  private final Thread worker;

  BrotliDecoder(BodyOutput next) {
    this.next = next;
    this.worker = Thread.ofVirtual().name("h3-brotli").start(this::decode);
  }

  @Override
  public void write(ByteBuffer octets) throws CommandFailure {
    if (!octets.hasRemaining()) {
      return;
    }
    taken.addAndGet(octets.remaining());
    byte[] piece = new byte[octets.remaining()];
    octets.get(piece);
    hand(piece);
  }

  @Override
  public void complete() throws CommandFailure {
    if (taken.get() > 0) {
      hand(END);
      result();
    }
    next.complete();
  }

  @Override
  public void abandon() {
    worker.interrupt();
    next.abandon();
  }

  @Override
  public @Nullable String name() {
    return next.name();
  }

  /** Waits until the decoder has room, or has failed. */
  private void hand(byte[] piece) throws CommandFailure {
    try {
      while (!pieces.offer(piece, TICK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (decoded.isDone()) {
          result();
          return; // what stands behind the coded body is of no interest
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.RECEIVE_ERROR, "interrupted", null, e);
    }
  }

  private void result() throws CommandFailure {
    try {
      decoded.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CommandFailure failure) {
        throw failure;
      }
      throw bad(String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.RECEIVE_ERROR, "interrupted", null, e);
    }
  }

  private void decode() {
    try (BrotliInputStream in = new BrotliInputStream(new Pieces())) {
      byte[] slice = new byte[SLICE];
      long given = 0;
      for (int n = in.read(slice); n >= 0; n = in.read(slice)) {
        given += n;
        if (given > GzipDecoder.FREE && given / GzipDecoder.RATIO > taken.get()) {
          throw bad("it unfolds to more than " + GzipDecoder.RATIO + " times its size");
        }
        next.write(ByteBuffer.wrap(slice, 0, n));
      }
      decoded.complete(null);
    } catch (IOException e) {
      decoded.completeExceptionally(bad(String.valueOf(e.getMessage())));
    } catch (CommandFailure | RuntimeException e) {
      decoded.completeExceptionally(e);
    }
  }

  private static CommandFailure bad(String why) {
    return new CommandFailure(
        ExitCode.BAD_CONTENT_ENCODING,
        "the body's br coding is broken: " + why,
        "Without --compressed it comes as it is.");
  }

  /** What was handed over, as a stream. */
  private final class Pieces extends InputStream {
    private byte[] piece = END;
    private int at;
    private boolean ended;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      while (!ended && at == piece.length) {
        try {
          piece = pieces.take(); // ended by END, or interrupted when the body is given up
          at = 0;
          ended = piece.length == 0;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("given up");
        }
      }
      if (ended) {
        return -1;
      }
      int n = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, to, offset, n);
      at += n;
      return n;
    }
  }
}
