package dev.h3kit.server;

import dev.h3kit.core.ConnectionInfo;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.EventListener;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A view of a QUIC connection for customizers and handlers that ask for addresses and certificates.
 * It carries no octets: those travel on streams.
 */
final class Http3EndPoint implements EndPoint {
  private final ConnectionInfo info;
  private final long idleTimeout;
  private final long created = System.currentTimeMillis();
  private final View connection = new View();

  Http3EndPoint(ConnectionInfo info, long idleTimeout) {
    this.info = info;
    this.idleTimeout = idleTimeout;
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return info.local();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return info.remote();
  }

  @Override
  public SslSessionData getSslSessionData() {
    X509Certificate[] chain = info.peerCertificates().toArray(X509Certificate[]::new);
    return SslSessionData.from(null, "quic-" + info.id(), null, chain.length == 0 ? null : chain);
  }

  @Override
  public boolean isSecure() {
    return true;
  }

  @Override
  public Connection getConnection() {
    return connection;
  }

  @Override
  public Object getTransport() {
    return info;
  }

  @Override
  public long getCreatedTimeStamp() {
    return created;
  }

  @Override
  public long getIdleTimeout() {
    return idleTimeout;
  }

  @Override
  public void setIdleTimeout(long idleTimeout) {
    throw noOctets();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isOutputShutdown() {
    return false;
  }

  @Override
  public boolean isInputShutdown() {
    return false;
  }

  @Override
  public void shutdownOutput() {
    throw noOctets();
  }

  @Override
  public void close(@Nullable Throwable cause) {
    throw noOctets();
  }

  @Override
  public void fillInterested(Callback callback) {
    throw noOctets();
  }

  @Override
  public boolean tryFillInterested(Callback callback) {
    throw noOctets();
  }

  @Override
  public boolean isFillInterested() {
    return false;
  }

  @Override
  public Callback cancelWrite(Throwable cause) {
    throw noOctets();
  }

  @Override
  public void setConnection(Connection connection) {
    throw noOctets();
  }

  @Override
  public void onOpen() {}

  @Override
  public void onClose(@Nullable Throwable cause) {}

  @Override
  public void upgrade(Connection newConnection) {
    throw noOctets();
  }

  @Override
  public void write(Callback callback, ByteBuffer... buffers) {
    throw noOctets();
  }

  private static UnsupportedOperationException noOctets() {
    return new UnsupportedOperationException(
        "a QUIC connection is used through its streams, by Request and Response");
  }

  /** The connection of this end point. */
  private final class View implements Connection {
    @Override
    public EndPoint getEndPoint() {
      return Http3EndPoint.this;
    }

    @Override
    public void addEventListener(EventListener listener) {
      throw noOctets();
    }

    @Override
    public void removeEventListener(EventListener listener) {
      throw noOctets();
    }

    @Override
    public void onOpen() {}

    @Override
    public void onClose(@Nullable Throwable cause) {}

    @Override
    public void close() {
      throw noOctets();
    }

    @Override
    public boolean onIdleExpired(TimeoutException timeoutException) {
      return false;
    }

    @Override
    public long getMessagesIn() {
      return -1;
    }

    @Override
    public long getMessagesOut() {
      return -1;
    }

    @Override
    public long getBytesIn() {
      return -1;
    }

    @Override
    public long getBytesOut() {
      return -1;
    }

    @Override
    public long getCreatedTimeStamp() {
      return created;
    }
  }
}
