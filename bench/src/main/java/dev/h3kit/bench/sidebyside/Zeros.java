package dev.h3kit.bench.sidebyside;

import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;

/** A number of zero octets. */
final class Zeros extends InputStream {
  private long left;

  Zeros(long size) {
    this.left = size;
  }

  @Override
  public int read() {
    return left-- > 0 ? 0 : -1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (left <= 0) {
      return -1;
    }
    int n = (int) Math.min(length, left);
    Arrays.fill(buffer, offset, offset + n, (byte) 0);
    left -= n;
    return n;
  }
}
