package dev.h3kit.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers {@code /.h3/whoami}: tells a client what the server knows of its connection, as a page or
 * as JSON. It is for whoever sits at the client: other sites may not read it, frame it or keep it.
 */
final class WhoamiHandler extends Handler.Wrapper {
  static final String PATH = "/.h3/whoami";

  WhoamiHandler(Handler handler) {
    super(handler);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (!PATH.equals(request.getHttpURI().getPath())) {
      return super.handle(request, response, callback);
    }
    HttpFields.Mutable fields = response.getHeaders();
    fields.put(HttpHeader.CACHE_CONTROL, "no-store");
    fields.put("Cross-Origin-Resource-Policy", "same-origin");
    fields.put("X-Content-Type-Options", "nosniff");
    fields.put("Referrer-Policy", "no-referrer");
    fields.put(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'none'");
    boolean head = HttpMethod.HEAD.is(request.getMethod());
    if (!head && !HttpMethod.GET.is(request.getMethod())) {
      fields.put(HttpHeader.ALLOW, "GET, HEAD");
      Response.writeError(request, response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
      return true;
    }
    boolean json = wantsJson(request);
    FactSheet facts = Whoami.of(request);
    byte[] octets = (json ? facts.json() : facts.html()).getBytes(StandardCharsets.UTF_8);
    response.setStatus(HttpStatus.OK_200);
    fields.put(HttpHeader.CONTENT_TYPE, json ? "application/json" : "text/html;charset=utf-8");
    fields.put(HttpHeader.CONTENT_LENGTH, octets.length);
    fields.put(HttpHeader.VARY, "Accept");
    if (head) {
      callback.succeeded();
    } else {
      response.write(true, ByteBuffer.wrap(octets), callback);
    }
    return true;
  }

  /** Browsers name text/html; programs that name nothing get what they can read. */
  private static boolean wantsJson(Request request) {
    String query = request.getHttpURI().getQuery();
    if (query != null && Arrays.asList(query.split("&", -1)).contains("json")) {
      return true;
    }
    return request.getHeaders().getValuesList(HttpHeader.ACCEPT).stream()
        .noneMatch(accept -> accept.contains("text/html"));
  }
}
