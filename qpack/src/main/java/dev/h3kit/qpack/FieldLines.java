package dev.h3kit.qpack;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** An unmodifiable list of field lines: one array and nothing else. */
final class FieldLines extends AbstractList<FieldLine> implements RandomAccess {
  private final @Nullable FieldLine[] lines;

  FieldLines(@Nullable FieldLine[] source, int count) {
    lines = Arrays.copyOf(source, count);
  }

  @Override
  public FieldLine get(int index) {
    return Objects.requireNonNull(lines[index]);
  }

  @Override
  public int size() {
    return lines.length;
  }
}
