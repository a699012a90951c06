package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.TableStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One request and its response on one stream (RFC 9114 §4.1): what client and server have in
 * common.
 *
 * <p>One thread may read while another writes; {@link #abort} may be called by any thread. Reads
 * and writes block; each of them waits no longer than the idle limit of the connection without
 * progress, and then the exchange is aborted with H3_REQUEST_CANCELLED and the call fails.
 */
public sealed interface Exchange permits ClientExchange, ServerExchange {

  /** The QUIC stream id. */
  long streamId();

  /**
   * Reads content of the peer's message, at least one octet.
   *
   * @return the number of octets read, or -1 at the end of the content; trailers have then been
   *     read too
   * @throws Http3Exception if the stream or connection failed, or the message is malformed, for
   *     example its content is shorter than its content-length
   */
  int read(byte[] buffer, int offset, int length) throws IOException;

  /** Whether a read would probably not wait. */
  boolean readable();

  /**
   * The trailer section of the peer's message; empty before {@link #read} answered -1 and where
   * none came.
   */
  List<FieldLine> trailers();

  /**
   * Writes content in DATA frames, then ends the message if it is the last; an empty buffer writes
   * no frame.
   *
   * @throws Http3Exception if the stream or connection failed
   */
  void write(ByteBuffer content, boolean last) throws IOException;

  /** Writes a trailer section and ends the message. */
  void writeTrailers(List<FieldLine> trailers) throws IOException;

  /**
   * Drops what the peer still sends, with this code in STOP_SENDING; H3_NO_ERROR where the rest is
   * just not needed.
   */
  void stopReading(Http3Error error);

  /**
   * Gives the exchange up: both halves are ended with {@code error}. Does nothing when both are
   * over.
   */
  void abort(Http3Error error);

  /**
   * Runs once, on a thread that must not be blocked, if the peer gives the exchange up or the
   * connection ends.
   */
  void onAbort(Runnable action);

  /**
   * The HTTP datagrams of this exchange (RFC 9297).
   *
   * @throws IllegalStateException if the request has none: it is no extended CONNECT, or its
   *     protocol was registered without
   */
  default ExchangeDatagrams datagrams() {
    throw new IllegalStateException("the request has no HTTP datagrams");
  }

  /** What the header sections of this exchange weighed. */
  HeaderWeight weight();

  /**
   * What the QPACK encoder and the QPACK decoder of this side's connection did so far, in this
   * order.
   */
  List<TableStats> tables();

  /**
   * Octets of header, interim and trailer sections.
   *
   * @param sentPlain names and values of sections sent
   * @param sentCoded their encoded sections
   * @param receivedPlain names and values of sections received
   * @param receivedCoded their encoded sections
   */
  record HeaderWeight(long sentPlain, long sentCoded, long receivedPlain, long receivedCoded) {}
}
