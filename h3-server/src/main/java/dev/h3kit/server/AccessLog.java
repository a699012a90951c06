package dev.h3kit.server;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/** Turns Jetty's request log into {@link AccessLogEntry}. */
final class AccessLog implements RequestLog {
  private final Consumer<AccessLogEntry> log;

  AccessLog(Consumer<AccessLogEntry> log) {
    this.log = log;
  }

  @Override
  public void log(Request request, Response response) {
    long bytes = Response.getContentBytesWritten(response);
    log.accept(
        new AccessLogEntry(
            Instant.ofEpochMilli(Request.getTimeStamp(request)),
            request.getConnectionMetaData().getRemoteSocketAddress(),
            request.getMethod(),
            String.valueOf(request.getHttpURI().getPathQuery()),
            response.getStatus(),
            bytes,
            Duration.ofNanos(System.nanoTime() - request.getHeadersNanoTime()),
            protocol(request.getConnectionMetaData().getHttpVersion()),
            whole(request, response, bytes),
            problem(request, response)));
  }

  private static @Nullable String problem(Request request, Response response) {
    return response.getStatus() >= 500
            && request.getAttribute(ErrorPage.CAUSE) instanceof Throwable cause
        ? cause.toString()
        : null;
  }

  private static boolean whole(Request request, Response response, long bytes) {
    if (!response.isCompletedSuccessfully()) {
      return false;
    }
    long length = response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    return length < 0 || bytes == length || HttpMethod.HEAD.is(request.getMethod());
  }

  private static HttpProtocol protocol(HttpVersion version) {
    return switch (version) {
      case HTTP_3 -> HttpProtocol.H3;
      case HTTP_2 -> HttpProtocol.H2;
      case HTTP_0_9, HTTP_1_0, HTTP_1_1 -> HttpProtocol.H1;
    };
  }
}
