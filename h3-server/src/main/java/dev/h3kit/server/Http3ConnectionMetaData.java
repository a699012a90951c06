package dev.h3kit.server;

import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.ServerExchange;
import java.net.SocketAddress;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.util.Attributes;

/** What a request says of its HTTP/3 connection. */
final class Http3ConnectionMetaData extends Attributes.Lazy implements ConnectionMetaData {
  private final Http3Connector connector;
  private final ServerExchange exchange;
  private final ConnectionInfo info;
  private final Http3EndPoint endPoint;

  Http3ConnectionMetaData(Http3Connector connector, ServerExchange exchange) {
    this.connector = connector;
    this.exchange = exchange;
    this.info = exchange.connection();
    this.endPoint = new Http3EndPoint(info, connector.getIdleTimeout());
  }

  /** The exchange that carries the request. */
  ServerExchange exchange() {
    return exchange;
  }

  @Override
  public String getId() {
    return "h3-" + info.id();
  }

  @Override
  public HttpConfiguration getHttpConfiguration() {
    return connector.configuration();
  }

  @Override
  public HttpVersion getHttpVersion() {
    return HttpVersion.HTTP_3;
  }

  @Override
  public String getProtocol() {
    return "HTTP/3.0";
  }

  @Override
  public Connection getConnection() {
    return endPoint.getConnection();
  }

  @Override
  public Connector getConnector() {
    return connector;
  }

  @Override
  public boolean isPersistent() {
    return true;
  }

  @Override
  public boolean isPushSupported() {
    return exchange.mayPush();
  }

  @Override
  public boolean isSecure() {
    return true;
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return info.remote();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return info.local();
  }
}
