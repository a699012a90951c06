package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The {@code Capsule-Protocol} header field and what it forbids (RFC 9297 §3.2, §3.4). */
public final class CapsuleProtocol {
  /** Says that the capsule protocol is in use on a data stream. */
  public static final FieldLine IN_USE = new FieldLine("capsule-protocol", "?1");

  private static final Set<String> CONTENT_FIELDS =
      Set.of("content-length", "content-type", "transfer-encoding");

  private CapsuleProtocol() {}

  /** Whether header fields say that the capsule protocol is in use. */
  public static boolean inUse(List<FieldLine> fields) {
    boolean present = false;
    boolean value = false;
    for (FieldLine line : fields) {
      if (line.name().equals(IN_USE.name())) {
        // RFC 9297 §3.4: "if this field is included multiple times, its type will become a List and
        // the field will be ignored".
        if (present) {
          return false;
        }
        present = true;
        value = isTrue(line.value());
      }
    }
    return value;
  }

  // RFC 9297 §3.4: "Its value MUST be a Boolean; any other value type MUST be handled as if the
  // field were not present by recipients", "Receivers MUST ignore unknown parameters."
  private static boolean isTrue(String value) {
    // An item is what a member of a dictionary has behind its key.
    Map<String, Object> parsed = StructuredDictionary.parse("item=" + value.strip());
    return parsed.size() == 1 && Boolean.TRUE.equals(parsed.get("item"));
  }

  /** Checks a request that came. */
  static void check(RequestHead head) throws Http3Exception.OfStream {
    if (head.protocol() != null && inUse(head.fields()) && hasContentField(head.fields())) {
      throw malformed("a request with capsules has a field of content");
    }
  }

  /** Checks a 2xx response to a CONNECT that came. */
  static void check(ResponseHead head) throws Http3Exception.OfStream {
    if (inUse(head.fields()) && (hasContentField(head.fields()) || withoutContent(head))) {
      throw malformed("a response with capsules has a field or status of content");
    }
  }

  /**
   * Checks a response to a CONNECT that is to be sent.
   *
   * @throws IllegalArgumentException if the rules of the capsule protocol forbid it
   */
  static void requireLegal(ResponseHead head) {
    // RFC 9297 §3.4: "The Capsule-Protocol header field MUST NOT be used on HTTP responses with a
    // status code that is both different from 101 (Switching Protocols) and outside the 2xx
    // (Successful) range."
    boolean illegal =
        !Connects.accepts(head) || hasContentField(head.fields()) || withoutContent(head);
    if (inUse(head.fields()) && illegal) {
      throw new IllegalArgumentException("status or fields forbid the capsule protocol");
    }
  }

  // RFC 9297 §3.2: "The Capsule Protocol MUST NOT be used with messages that contain
  // Content-Length,
  // Content-Type, or Transfer-Encoding header fields. Additionally, HTTP status codes 204 (No
  // Content), 205 (Reset Content), and 206 (Partial Content) MUST NOT be sent on responses that use
  // the Capsule Protocol. A receiver that observes a violation of these requirements MUST treat the
  // HTTP message as malformed."
  private static boolean hasContentField(List<FieldLine> fields) {
    for (FieldLine line : fields) {
      if (CONTENT_FIELDS.contains(line.name())) {
        return true;
      }
    }
    return false;
  }

  private static boolean withoutContent(ResponseHead head) {
    return head.status() >= 204 && head.status() <= 206;
  }

  private static Http3Exception.OfStream malformed(String message) {
    return new Http3Exception.OfStream(
        Http3Error.H3_MESSAGE_ERROR.code(),
        false,
        message + " (RFC 9297 §3.2, H3_MESSAGE_ERROR)",
        null);
  }
}
