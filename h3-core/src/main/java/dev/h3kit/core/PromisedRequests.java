package dev.h3kit.core;

import dev.h3kit.qpack.FieldLine;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which requests can be pushed, for both roles. */
final class PromisedRequests {
  private PromisedRequests() {}

  /** Why a request cannot be pushed; null if it can. */
  static @Nullable String obstacle(RequestHead promised) {
    // RFC 9114 §4.6: "A server MAY push requests that have the following properties:" "cacheable",
    // "safe", "does not include request content or a trailer section".
    if (!promised.method().equals("GET") && !promised.method().equals("HEAD")) {
      return "its method is " + promised.method() + ", not GET or HEAD";
    }
    for (FieldLine field : promised.fields()) {
      if (field.name().equals("content-length") && !field.value().equals("0")) {
        return "it has content";
      }
    }
    if (promised.authority() == null || !"https".equals(promised.scheme())) {
      return "it is not for an https resource";
    }
    return null;
  }

  /** Whether a server that is authoritative for one of the two is so for the other one. */
  static boolean sameOrigin(RequestHead request, RequestHead promised) {
    return Objects.equals(authority(request), authority(promised));
  }

  private static @Nullable String authority(RequestHead head) {
    String authority = head.authority();
    if (authority == null) {
      return null;
    }
    String name = authority.toLowerCase(Locale.ROOT);
    return name.endsWith(":443") ? name.substring(0, name.length() - 4) : name;
  }
}
