package dev.h3kit.cli.get;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A body that nobody wants. */
final class Nowhere implements BodyOutput {
  @Override
  public void write(ByteBuffer octets) {
    octets.position(octets.limit());
  }

  @Override
  public void complete() {}

  @Override
  public void abandon() {}

  @Override
  public @Nullable String name() {
    return null;
  }
}
