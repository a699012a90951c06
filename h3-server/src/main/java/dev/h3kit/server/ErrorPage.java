package dev.h3kit.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** What a client sees when there is nothing to see: no stack trace, no version, no path of ours. */
final class ErrorPage extends ErrorHandler {
  /** The request attribute with the exception behind an error, for the log. */
  static final String CAUSE = ErrorPage.class.getName() + ".cause";

  @Override
  public boolean errorPageForMethod(String method) {
    return true;
  }

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback)
      throws IOException {
    if (cause != null) {
      request.setAttribute(CAUSE, cause);
    }
    String phrase = HttpStatus.getMessage(code);
    // Messages of exceptions may tell of the inside; those of 4xx are about the request.
    String detail =
        message == null || message.equals(phrase) || code >= 500 || cause != null ? "" : message;
    boolean html = wantsHtml(request);
    String text = html ? html(code, phrase, detail) : plain(code, phrase, detail);
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    response
        .getHeaders()
        .put(
            HttpHeader.CONTENT_TYPE, html ? "text/html;charset=utf-8" : "text/plain;charset=utf-8");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, octets.length);
    if (HttpMethod.HEAD.is(request.getMethod())) {
      callback.succeeded();
    } else {
      response.write(true, ByteBuffer.wrap(octets), callback);
    }
  }

  private static boolean wantsHtml(Request request) {
    String accept = request.getHeaders().get(HttpHeader.ACCEPT);
    return accept != null && accept.contains("text/html");
  }

  private static String plain(int code, String phrase, String detail) {
    return code + " " + phrase + "\n" + (detail.isEmpty() ? "" : detail + "\n");
  }

  private static String html(int code, String phrase, String detail) {
    return Html.page(
        code + " " + phrase,
        "<main class=\"error\"><h1>"
            + code
            + "</h1><p>"
            + Html.escape(phrase)
            + "</p>"
            + (detail.isEmpty() ? "" : "<p class=\"detail\">" + Html.escape(detail) + "</p>")
            + "<p><a href=\"/\">Start page</a></p></main>");
  }
}
