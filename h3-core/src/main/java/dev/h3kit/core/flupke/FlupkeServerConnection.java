package dev.h3kit.core.flupke;

import dev.h3kit.core.ExtensionPoint;
import java.util.function.Consumer;
import tech.kwik.flupke.HttpStream;
import tech.kwik.flupke.server.Http3ServerConnection;

/** One of our server's connections as flupke's. */
final class FlupkeServerConnection extends FlupkeConnection implements Http3ServerConnection {
  private final ExtensionPoint point;

  FlupkeServerConnection(ExtensionPoint point) {
    this.point = point;
  }

  @Override
  ExtensionPoint point() {
    return point;
  }

  @Override
  public void registerBidirectionalStreamHandler(long frameType, Consumer<HttpStream> handler) {
    register(frameType, handler);
  }
}
