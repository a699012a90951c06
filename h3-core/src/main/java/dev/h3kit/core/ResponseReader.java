package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Reads the interim and final header sections of a response (RFC 9114 §4.1). */
final class ResponseReader {
  private final RequestStream stream;
  private final String method;
  private final Predicate<ResponseHead> makesTunnel;

  /**
   * @param method of the request
   * @param makesTunnel whether a response makes the stream a tunnel (RFC 9114 §4.4)
   */
  ResponseReader(RequestStream stream, String method, Predicate<ResponseHead> makesTunnel) {
    this.stream = stream;
    this.method = method;
    this.makesTunnel = makesTunnel;
  }

  /** Waits for the final response. */
  ResponseHead response(Consumer<ResponseHead> interim, Deadline deadline) throws IOException {
    int left = stream.connection().limits().interimResponses();
    while (true) {
      ResponseHead response = nextHead(deadline);
      if (!response.interim()) {
        return response;
      }
      if (--left < 0) {
        throw stream.act(
            Http3Exception.stream(
                Http3Error.H3_EXCESSIVE_LOAD, "10.5", "more interim responses than the limit"));
      }
      interim.accept(response);
    }
  }

  private ResponseHead nextHead(Deadline deadline) throws IOException {
    try {
      return stream.reading(() -> {
        List<FieldLine> lines = stream.reader().head(deadline);
        if (lines == null) {
          // RFC 9114 §4.1: "A server sends zero or more interim HTTP responses on the same stream
          // as the request, followed by a single final HTTP response": one that ends before is
          // malformed.
          throw FieldRules.malformed("4.1", "the stream ended without a response");
        }
        ResponseHead response = ResponseHead.parse(lines);
        if (makesTunnel.test(response)) {
          CapsuleProtocol.check(response);
          stream.beginTunnel();
        } else if (!response.interim()) {
          stream.reader().beginContent(contentLength(response));
        }
        return response;
      });
    } catch (MessageReader.HeadTooLargeException e) {
      stream.abort(Http3Error.H3_EXCESSIVE_LOAD);
      throw new Http3Exception.OfStream(
          Http3Error.H3_EXCESSIVE_LOAD.code(), false, String.valueOf(e.getMessage()), e);
    }
  }

  // RFC 9114 §4.1.2: a response "that is defined as never having content [...] can have a non-zero
  // Content-Length header field even though no content is included in DATA frames." Content in
  // spite
  // of that is malformed.
  private long contentLength(ResponseHead response) throws Http3Exception.OfStream {
    boolean never = method.equals("HEAD") || response.status() == 204 || response.status() == 304;
    return never ? 0 : FieldRules.contentLength(response.fields());
  }
}
