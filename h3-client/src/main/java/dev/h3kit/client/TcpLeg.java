package dev.h3kit.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Carries a hop over TCP, alone or as the one side of a race. */
final class TcpLeg<T> implements Race.TcpRacer {
  private final Hop<T> hop;
  private final Function<TcpGate, TcpClient> clients;
  private final HttpClient.Version version;
  private final @Nullable InetSocketAddress address;
  private volatile @Nullable TcpClient client;
  private volatile TcpClient.@Nullable Sending<T> sending;

  /**
   * @param clients gives the client to send with
   * @param version the newest version to use
   * @param address where the connection will go; null behind a proxy
   */
  TcpLeg(
      Hop<T> hop,
      Function<TcpGate, TcpClient> clients,
      HttpClient.Version version,
      @Nullable InetSocketAddress address) {
    this.hop = hop;
    this.clients = clients;
    this.version = version;
    this.address = address;
  }

  @Override
  public void start(TcpGate gate, Consumer<Throwable> failed) {
    TcpClient mine = clients.apply(gate);
    client = mine;
    TcpClient.Sending<T> sent;
    try {
      sent = mine.send(hop.wire(version), hop, hop.push(), hop.recorder(), address);
    } finally {
      mine.release();
    }
    sending = sent;
    var _ =
        sent.response()
            .whenComplete((answer, failure) -> {
              if (failure != null) {
                Throwable cause = Failures.unwrapped(failure);
                sent.failed(cause);
                failed.accept(cause);
              }
            });
  }

  @Override
  public void drop() {
    TcpClient.Sending<T> sent = sending;
    if (sent != null) {
      sent.abandoned();
      sent.response().cancel(true);
    }
    TcpClient mine = client;
    if (mine != null) {
      mine.shutdownNow();
    }
  }

  TcpClient client() {
    return Objects.requireNonNull(client, "not started");
  }

  /** Waits for the response and completes the call if it is the last one. */
  Answer<T> await() throws IOException, InterruptedException {
    TcpClient.Sending<T> sent = Objects.requireNonNull(sending, "not started");
    CompletableFuture<HttpResponse<T>> response = sent.response();
    Runnable forget = hop.call().onAbort(() -> response.cancel(true));
    try {
      HttpResponse<T> got = response.get();
      sent.settled(got);
      hop.recorder().peer(null, address, got.sslSession().map(TcpLeg::chain).orElse(List.of()));
      Answer<T> answer =
          hop.answer(got.body(), protocol(got.version()), got.sslSession(), got.connectionLabel());
      hop.recorder().settle();
      if (hop.next() == null) {
        hop.call().complete(answer);
      }
      return answer;
    } catch (InterruptedException e) {
      response.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      Throwable cause = Failures.unwrapped(e);
      sent.failed(cause);
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      throw new IOException(Failures.message(cause), cause);
    } finally {
      forget.run();
    }
  }

  private HttpProtocol protocol(HttpClient.Version got) {
    HttpProtocol protocol =
        switch (got) {
          case HTTP_1_1 -> HttpProtocol.HTTP_1_1;
          case HTTP_2 -> HttpProtocol.HTTP_2;
        };
    hop.recorder().protocol(protocol);
    return protocol;
  }

  private static List<X509Certificate> chain(SSLSession session) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate certificate : session.getPeerCertificates()) {
        if (certificate instanceof X509Certificate x509) {
          chain.add(x509);
        }
      }
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
    return chain;
  }
}
