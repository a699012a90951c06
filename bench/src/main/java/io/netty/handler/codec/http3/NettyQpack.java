package io.netty.handler.codec.http3;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Opens Netty's QPACK codec, which is not public, to the measurements: the static table, as Netty
 * uses it unless told otherwise.
 */
public final class NettyQpack {
  private final QpackAttributes attributes = new QpackAttributes(null, true);
  private final QpackEncoder encoder = new QpackEncoder((name, value) -> false);
  private final QpackDecoder decoder = new QpackDecoder(0, 0);

  /** Field lines in Netty's own form, made outside the measurement. */
  public static List<Http3Headers> headers(List<List<Map.Entry<String, String>>> lists) {
    List<Http3Headers> made = new ArrayList<>();
    for (List<Map.Entry<String, String>> list : lists) {
      Http3Headers headers = new DefaultHttp3Headers(false);
      for (Map.Entry<String, String> line : list) {
        headers.add(AsciiString.of(line.getKey()), AsciiString.of(line.getValue()));
      }
      made.add(headers);
    }
    return made;
  }

  /** Encodes one section into {@code out}. */
  public void encode(long streamId, Http3Headers headers, ByteBuf out) {
    encoder.encodeHeaders(attributes, out, UnpooledByteBufAllocator.DEFAULT, streamId, headers);
  }

  /**
   * Decodes one section.
   *
   * @throws IllegalStateException if Netty refuses it
   */
  public void decode(long streamId, ByteBuf in, BiConsumer<CharSequence, CharSequence> sink) {
    try {
      decoder.decode(attributes, streamId, in, in.readableBytes(), sink, () -> {});
    } catch (QpackException e) {
      throw new IllegalStateException(e);
    }
  }
}
