package dev.h3kit.core.flupke;

import dev.h3kit.core.Deadline;
import dev.h3kit.core.ExtensionPoint;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Extension;
import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.core.ServerExchange;
import dev.h3kit.core.Tunnel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tech.kwik.flupke.HttpStream;
import tech.kwik.flupke.server.Http3ServerExtension;
import tech.kwik.flupke.server.Http3ServerExtensionFactory;

/**
 * Server extensions that were written for flupke, such as its WebTransport server, on our server.
 *
 * <pre>{@code
 * WebTransportExtensionFactory webTransport = new WebTransportExtensionFactory();
 * webTransport.registerWebTransportServer("/echo", this::echo);
 * Http3Extension extension = new FlupkeServerExtension(Map.of("webtransport", webTransport));
 * }</pre>
 */
@SuppressWarnings("exports") // who uses it requires flupke anyway
public final class FlupkeServerExtension implements Http3Extension {
  private final Map<String, Http3ServerExtensionFactory> factories;

  /**
   * @param factories by the {@code :protocol} that their extensions answer
   */
  public FlupkeServerExtension(Map<String, Http3ServerExtensionFactory> factories) {
    this.factories = Map.copyOf(factories);
  }

  @Override
  public void begin(ExtensionPoint point) {
    FlupkeServerConnection connection = new FlupkeServerConnection(point);
    factories.forEach((protocol, factory) -> {
      factory.getExtensionSettings().forEach(point::setting);
      Http3ServerExtension extension = factory.createExtension(connection);
      point.protocol(protocol, exchange -> answer(extension, exchange));
    });
  }

  private static void answer(Http3ServerExtension extension, ServerExchange exchange)
      throws IOException, InterruptedException {
    RequestHead request = exchange.request();
    Response response = new Response(exchange);
    try {
      extension.handleExtendedConnect(
          FlupkeRequests.headers(request.fields()),
          Objects.requireNonNull(request.protocol()),
          Objects.requireNonNull(request.authority()),
          Objects.requireNonNull(request.path()),
          response::status,
          response);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    Tunnel tunnel = response.tunnel;
    if (tunnel != null && !tunnel.awaitEnd(Deadline.NEVER)) {
      tunnel.abort(Http3Error.H3_REQUEST_CANCELLED);
    }
  }

  /** The stream of a request, which is there once the status is 2xx. */
  private static final class Response implements HttpStream {
    private final ServerExchange exchange;
    private volatile @Nullable Tunnel tunnel;
    private volatile @Nullable HttpStream stream;

    Response(ServerExchange exchange) {
      this.exchange = exchange;
    }

    void status(int status) {
      ResponseHead head = new ResponseHead(status, List.of());
      try {
        if (status >= 200 && status < 300) {
          Tunnel begun = exchange.tunnel(head);
          stream = new FlupkeStream(begun);
          tunnel = begun;
        } else {
          exchange.send(head, ByteBuffer.allocate(0), true);
          exchange.stopReading(Http3Error.H3_NO_ERROR);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private HttpStream stream() {
      HttpStream begun = stream;
      if (begun == null) {
        throw new IllegalStateException("no 2xx status was given");
      }
      return begun;
    }

    @Override
    public OutputStream getOutputStream() {
      return stream().getOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return stream().getInputStream();
    }

    @Override
    public long getStreamId() {
      return exchange.streamId();
    }

    @Override
    public boolean isBidirectional() {
      return true;
    }

    @Override
    public void abortReading(long errorCode) {
      stream().abortReading(errorCode);
    }

    @Override
    public void resetStream(long errorCode) {
      stream().resetStream(errorCode);
    }
  }
}
