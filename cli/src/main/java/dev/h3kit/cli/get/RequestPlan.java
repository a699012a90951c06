package dev.h3kit.cli.get;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is sent, the same for all URLs.
 *
 * @param method the method
 * @param methodForced whether it was given with -X: redirects keep it then, as in curl
 * @param posts whether data is posted, whatever the method is called
 * @param headers the fields to send
 * @param body the content, or null
 * @param queryData what -G adds to the query, or null
 */
record RequestPlan(
    String method,
    boolean methodForced,
    boolean posts,
    List<HeaderLine> headers,
    @Nullable RequestBody body,
    @Nullable String queryData) {
  private static final int SEE_OTHER = 303;
  private static final int MOVED_PERMANENTLY = 301;
  private static final int FOUND = 302;

  RequestPlan {
    headers = List.copyOf(headers);
  }

  /** The plan after a redirect, as curl does it (RFC 9110 §15.4). */
  RequestPlan redirected(int status, boolean sameOrigin) {
    List<HeaderLine> kept = new ArrayList<>(headers);
    if (!sameOrigin) {
      // Credentials are for the origin they were given for.
      kept.removeIf(h -> h.named("authorization") || h.named("cookie") || h.named("host"));
    }
    boolean post = posts || method.equals("POST");
    boolean toGet =
        ((status == MOVED_PERMANENTLY || status == FOUND) && post)
            || (status == SEE_OTHER && !method.equals("HEAD") && !method.equals("GET"));
    if (!toGet) {
      return new RequestPlan(method, methodForced, posts, kept, body, null);
    }
    kept.removeIf(h -> h.named("content-type") || h.named("content-length"));
    return new RequestPlan(methodForced ? method : "GET", methodForced, false, kept, null, null);
  }

  /** The plan with a field in the place of those of its name. */
  RequestPlan with(HeaderLine line) {
    List<HeaderLine> changed = new ArrayList<>(headers);
    changed.removeIf(h -> h.named(line.name()));
    changed.add(line);
    return new RequestPlan(method, methodForced, posts, changed, body, queryData);
  }

  boolean has(String name) {
    return headers.stream().anyMatch(h -> h.named(name));
  }
}
