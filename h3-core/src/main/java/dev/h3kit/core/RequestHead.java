package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The control data and header section of a request (RFC 9114 §4.3.1).
 *
 * @param method {@code :method}
 * @param scheme {@code :scheme}; null only for CONNECT
 * @param authority {@code :authority}, or the Host field where that was absent; null if neither was
 *     sent
 * @param path {@code :path}; null only for CONNECT
 * @param protocol {@code :protocol} of an extended CONNECT (RFC 9220), else null
 * @param fields the header fields, without pseudo-header fields, unmodifiable
 */
public record RequestHead(
    String method,
    @Nullable String scheme,
    @Nullable String authority,
    @Nullable String path,
    @Nullable String protocol,
    List<FieldLine> fields) {

  /** Copies the list. */
  public RequestHead {
    fields = List.copyOf(fields);
  }

  /** A request for an {@code https} resource. */
  public static RequestHead of(
      String method, String authority, String path, List<FieldLine> fields) {
    return new RequestHead(method, "https", authority, path, null, fields);
  }
}
