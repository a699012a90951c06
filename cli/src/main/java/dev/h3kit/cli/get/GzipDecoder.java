package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Undoes the content coding gzip (RFC 1952) while the body comes. A body may be of several members.
 * What unfolds to more than 250 times its size beyond {@link #FREE} is refused: that is far from
 * what text does (deflate can reach 1032), and the mark of a decompression bomb.
 */
final class GzipDecoder implements BodyOutput {
  /** Octets that may come out whatever went in. */
  static final long FREE = 64L << 20;

  /** What comes out beyond that may be so many times what went in. */
  static final int RATIO = 250;

  private static final int SLICE = 32 * 1024;
  private static final int MAGIC_1 = 0x1f;
  private static final int MAGIC_2 = 0x8b;
  private static final int DEFLATE = 8;
  private static final int FHCRC = 2;
  private static final int FEXTRA = 4;
  private static final int FNAME = 8;
  private static final int FCOMMENT = 16;

  private enum At {
    HEADER,
    EXTRA_LENGTH,
    EXTRA,
    NAME,
    COMMENT,
    HEADER_CRC,
    DATA,
    TRAILER
  }

  private final BodyOutput next;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] slice = new byte[SLICE];
  private At at = At.HEADER;
  private int flags;
  private int seen; // octets seen of the part we are in
  private long value; // what they make, least significant first
  private int extra;
  private boolean begun;
  private long taken;
  private long given;

  GzipDecoder(BodyOutput next) {
    this.next = next;
  }

  @Override
  public void write(ByteBuffer octets) throws CommandFailure {
    taken += octets.remaining();
    while (octets.hasRemaining()) {
      if (at == At.DATA) {
        inflate(octets);
      } else {
        step(octets.get() & 0xff);
      }
    }
  }

  @Override
  public void complete() throws CommandFailure {
    inflater.end();
    if (begun && !(at == At.HEADER && seen == 0)) {
      next.abandon();
      throw bad("it ends in the middle");
    }
    next.complete();
  }

  @Override
  public void abandon() {
    inflater.end();
    next.abandon();
  }

  @Override
  public @Nullable String name() {
    return next.name();
  }

  private void inflate(ByteBuffer octets) throws CommandFailure {
    try {
      inflater.setInput(octets);
      int n;
      while ((n = inflater.inflate(slice)) > 0) {
        crc.update(slice, 0, n);
        given += n;
        if (given > FREE && given / RATIO > taken) {
          throw bad("it unfolds to more than " + RATIO + " times its size");
        }
        next.write(ByteBuffer.wrap(slice, 0, n));
      }
      if (inflater.needsDictionary()) {
        throw bad("it asks for a dictionary");
      }
      if (inflater.finished()) {
        enter(At.TRAILER);
      }
    } catch (DataFormatException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
  }

  private void step(int octet) throws CommandFailure {
    begun = true;
    switch (at) {
      case HEADER -> header(octet);
      case EXTRA_LENGTH -> {
        extra |= octet << (8 * seen);
        if (++seen == 2) {
          enter(extra > 0 ? At.EXTRA : after(At.EXTRA));
        }
      }
      case EXTRA -> {
        if (++seen == extra) {
          enter(after(At.EXTRA));
        }
      }
      case NAME, COMMENT -> {
        if (octet == 0) {
          enter(after(at));
        }
      }
      case HEADER_CRC -> {
        if (++seen == 2) {
          enter(At.DATA);
        }
      }
      case TRAILER -> trailer(octet);
      case DATA -> throw new IllegalStateException("data goes to the inflater");
    }
  }

  private void header(int octet) throws CommandFailure {
    boolean wrong =
        switch (seen) {
          case 0 -> octet != MAGIC_1;
          case 1 -> octet != MAGIC_2;
          case 2 -> octet != DEFLATE;
          default -> false;
        };
    if (wrong) {
      throw bad("it does not begin as gzip does");
    }
    if (seen == 3) {
      flags = octet;
    }
    if (++seen == 10) {
      extra = 0;
      enter((flags & FEXTRA) != 0 ? At.EXTRA_LENGTH : after(At.EXTRA));
    }
  }

  /** The next part of the header that this member has, or its data. */
  private At after(At part) {
    if (part == At.EXTRA && (flags & FNAME) != 0) {
      return At.NAME;
    }
    if (part != At.COMMENT && (flags & FCOMMENT) != 0) {
      return At.COMMENT;
    }
    return (flags & FHCRC) != 0 ? At.HEADER_CRC : At.DATA;
  }

  private void trailer(int octet) throws CommandFailure {
    value |= (long) octet << (8 * seen);
    if (++seen < 8) {
      return;
    }
    boolean whole =
        (value & 0xffffffffL) == crc.getValue()
            && (value >>> 32) == (inflater.getBytesWritten() & 0xffffffffL);
    if (!whole) {
      throw bad("its checksum is wrong");
    }
    inflater.reset();
    crc.reset();
    enter(At.HEADER);
  }

  private void enter(At part) {
    at = part;
    seen = 0;
    value = 0;
  }

  private static CommandFailure bad(String why) {
    return new CommandFailure(
        ExitCode.BAD_CONTENT_ENCODING,
        "the body's gzip coding is broken: " + why,
        "Without --compressed it comes as it is.");
  }
}
