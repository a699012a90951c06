package dev.h3kit.server;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Tells clients that came over HTTP/1.1 or HTTP/2 that the same origin speaks HTTP/3 (RFC 7838 §3,
 * RFC 9114 §3.1.1). Thread-safe.
 */
public final class AltSvcHandler extends Handler.Wrapper {
  private final HttpField field;

  /**
   * To be given a handler, by {@link #setHandler} or {@link
   * org.eclipse.jetty.server.Server#insertHandler}.
   *
   * @param port the UDP port of HTTP/3, on the host the client asked
   */
  public AltSvcHandler(int port) {
    this.field = new PreEncodedHttpField(HttpHeader.ALT_SVC, "h3=\":" + port + "\"; ma=86400");
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_3) {
      response.getHeaders().put(field);
    }
    return super.handle(request, response, callback);
  }
}
