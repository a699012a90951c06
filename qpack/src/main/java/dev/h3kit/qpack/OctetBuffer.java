package dev.h3kit.qpack;

import java.util.Arrays;

/** A growing array of octets to write into. Not thread-safe. */
public final class OctetBuffer {
  private byte[] octets;
  private int length;

  /** An empty buffer. */
  public OctetBuffer() {
    this(256);
  }

  /**
   * @param capacity the number of octets to make room for at first
   */
  public OctetBuffer(int capacity) {
    octets = new byte[capacity];
  }

  /** The backing array; valid up to {@link #length()} and until the next write. */
  public byte[] array() {
    return octets;
  }

  /** The number of octets written. */
  public int length() {
    return length;
  }

  /** Whether nothing was written. */
  public boolean isEmpty() {
    return length == 0;
  }

  /** Forgets what was written and keeps the room. */
  public void clear() {
    length = 0;
  }

  /** Makes room for {@code more} octets behind the written ones. */
  public void ensure(int more) {
    if (octets.length - length < more) {
      octets = Arrays.copyOf(octets, Math.max(octets.length * 2, Math.addExact(length, more)));
    }
  }

  /** Appends one octet (the low eight bits). */
  public void put(int octet) {
    ensure(1);
    octets[length++] = (byte) octet;
  }

  /** Appends a range of an array. */
  public void put(byte[] source, int offset, int count) {
    ensure(count);
    System.arraycopy(source, offset, octets, length, count);
    length += count;
  }

  /**
   * Sets the length after octets were written into {@link #array()} directly, or cuts off the tail.
   */
  public void length(int newLength) {
    if (newLength < 0 || newLength > octets.length) {
      throw new IndexOutOfBoundsException("length " + newLength + " of " + octets.length);
    }
    length = newLength;
  }

  /** A copy of what was written. */
  public byte[] toArray() {
    return Arrays.copyOf(octets, length);
  }
}
