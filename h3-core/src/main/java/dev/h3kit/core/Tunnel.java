package dev.h3kit.core;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The tunnel that a CONNECT has become with a 2xx response (RFC 9114 §4.4, RFC 9220): its octets
 * travel in DATA frames. A peer that gives up one direction gives up both. See {@link OctetStream}
 * for threads and duties.
 */
public final class Tunnel implements OctetStream {
  private final RequestStream stream;

  Tunnel(RequestStream stream) {
    this.stream = stream;
  }

  @Override
  public long id() {
    return stream.stream().id();
  }

  @Override
  public int read(byte[] buffer, int offset, int length, Deadline deadline) throws IOException {
    return stream.reading(() -> stream.reader().read(buffer, offset, length, deadline));
  }

  /** Writes the octets as one DATA frame; none if there are none. */
  @Override
  public void write(ByteBuffer octets) throws IOException {
    stream.write(octets, false);
  }

  // RFC 9114 §4.4: "TCP connections that remain half closed in a single direction are not invalid,
  // but are often handled poorly by servers, so clients SHOULD NOT close a stream for sending while
  // they still expect to receive data from the target of the CONNECT."
  @Override
  public void finish() throws IOException {
    if (!stream.writer().ended()) {
      stream.write(ByteBuffer.allocate(0), true);
    }
  }

  @Override
  public void reset(long errorCode) {
    stream.reset(errorCode);
  }

  @Override
  public void stopReading(long errorCode) {
    stream.stopReading(errorCode);
  }

  /**
   * Ends both directions: H3_CONNECT_ERROR where the connection behind a plain CONNECT failed (RFC
   * 9114 §4.4), H3_REQUEST_CANCELLED for an abrupt end otherwise (RFC 9220 §3).
   */
  public void abort(Http3Error error) {
    stream.abort(error);
  }

  @Override
  public void onAbort(Runnable action) {
    stream.onAbort(action);
  }

  /**
   * Waits until both directions are over, in order or not.
   *
   * @return false if the deadline passed before
   */
  public boolean awaitEnd(Deadline deadline) throws InterruptedException {
    return stream.awaitOver(deadline);
  }

  /**
   * The HTTP datagrams that go beside the tunnel (RFC 9297).
   *
   * @throws IllegalStateException if the protocol has none
   */
  public ExchangeDatagrams datagrams() {
    return stream.datagrams().require();
  }

  /** Whether HTTP datagrams mean something for the request. */
  boolean hasDatagrams() {
    return stream.datagrams().meaningful();
  }

  /** Acts on an error that a protocol within the tunnel found, and answers what to tell. */
  IOException fail(Http3Exception.OfStream error) {
    return stream.act(error);
  }

  /** Counts one more oddity of the peer. */
  void countGlitch(String what, long type) {
    stream.connection().countGlitch(what, type);
  }
}
