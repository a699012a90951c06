package dev.h3kit.client;

import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.transport.DatagramFaults;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Builds {@link H3Client}s: a {@link java.net.http.HttpClient.Builder} with what HTTP/3 adds. Not
 * thread-safe.
 */
public interface H3ClientBuilder extends HttpClient.Builder {

  /**
   * Which HTTP versions requests may use, unless they are sent with a mode of their own; default
   * {@link ProtocolMode#HTTP3_FIRST}.
   */
  H3ClientBuilder protocolMode(ProtocolMode mode);

  /**
   * Who is trusted, over QUIC and over TLS on TCP; default: the platform's trust store, or what
   * {@link #sslContext} says. The host name is checked on top of it. With both, TCP needs both to
   * agree.
   */
  H3ClientBuilder trust(X509TrustManager trust);

  /** Checks neither certificates nor host names, over any transport. For tests only. */
  H3ClientBuilder insecure();

  /**
   * The key and certificate to show to servers that ask for them, over TLS on TCP; default: what
   * {@link #sslContext} says, which is asked alone if it is given. With a key, requests go over TCP
   * only: the certificate of a client cannot be shown over QUIC yet.
   */
  H3ClientBuilder clientKey(X509KeyManager key);

  /**
   * Where hosts are; default {@link Resolver#SYSTEM}. Over TCP it needs {@link TcpResolverProvider}
   * to be installed, otherwise requests to a host whose addresses the two resolvers see differently
   * fail.
   */
  H3ClientBuilder resolver(Resolver resolver);

  /**
   * Who knows the HTTPS records of hosts (RFC 9460); default {@link ServiceRecords#NONE}. A record
   * with {@code h3} counts as an alternative that the origin advertised, if it has advertised none
   * itself; the certificate must be the origin's. A request waits 100 ms for them at most; they are
   * kept for a minute.
   */
  H3ClientBuilder serviceRecords(ServiceRecords records);

  /**
   * When TCP joins the race: {@code soft} after QUIC's first datagram if nothing came back, {@code
   * hard} after it in any case; default 100 ms and 200 ms.
   *
   * @throws IllegalArgumentException if one is negative or {@code hard} is shorter than {@code
   *     soft}
   */
  H3ClientBuilder racing(Duration soft, Duration hard);

  /** Who hears of the moments of HTTP/3 connections; default nobody. */
  H3ClientBuilder events(Http3Events events);

  /** Who hears of what happens in the client; default nobody. */
  H3ClientBuilder clientEvents(H3ClientEvents events);

  /**
   * A file in curl's format that keeps what origins advertised (RFC 7838) from one program to the
   * next; default none. It is read before the first request and written when an origin advertises
   * something new, under a lock that other processes respect. A file that is missing is made; one
   * that cannot be read or written is told to {@link #clientEvents} and does no harm.
   *
   * @throws IllegalArgumentException if the path is that of a root folder
   */
  H3ClientBuilder altSvcFile(Path file);

  /**
   * A file to which the TLS secrets of QUIC connections are appended, with which Wireshark decrypts
   * them; default what the environment variable SSLKEYLOGFILE says, null for none. For TLS over TCP
   * the JDK shows no secrets.
   */
  H3ClientBuilder keyLog(@Nullable Path file);

  /**
   * A folder that gets a qlog file ({@code .sqlog}, which qvis opens) for each QUIC connection, of
   * at most 64 MiB; default what the environment variable QLOGDIR says, null for none. Header
   * fields and content are not in it.
   */
  H3ClientBuilder qlog(@Nullable Path folder);

  /**
   * Whether each request goes over connections of its own, closed after it; default false. For
   * measurements.
   */
  H3ClientBuilder freshConnections(boolean fresh);

  /**
   * Whether an HTTP/3 connection may carry requests for another host that has the same address and
   * port and that the server's certificate covers (RFC 9114 §3.3); default true. Never with {@link
   * #insecure}, and no more for a host for which the server answered 421.
   */
  H3ClientBuilder coalescing(boolean coalescing);

  /** What HTTP/3 servers are granted; default {@link Http3Limits#CLIENT}. */
  H3ClientBuilder limits(Http3Limits limits);

  /** What the test hook does to QUIC datagrams; default nothing. */
  H3ClientBuilder datagramFaults(DatagramFaults faults);

  @Override
  H3ClientBuilder cookieHandler(CookieHandler cookieHandler);

  @Override
  H3ClientBuilder connectTimeout(Duration duration);

  /**
   * {@inheritDoc}
   *
   * <p>QUIC cannot ask an {@code SSLContext} whom it trusts: without {@link #trust} as well,
   * requests go over TCP only. With it, a certificate that the context would show to the server is
   * shown over TCP only.
   */
  @Override
  H3ClientBuilder sslContext(SSLContext sslContext);

  /**
   * {@inheritDoc}
   *
   * <p>They apply to TLS on TCP. If they name protocols without {@code TLSv1.3}, requests go over
   * TCP only.
   */
  @Override
  H3ClientBuilder sslParameters(SSLParameters sslParameters);

  /**
   * {@inheritDoc}
   *
   * <p>Futures complete on it; bodies are read and written on virtual threads of the client.
   */
  @Override
  H3ClientBuilder executor(Executor executor);

  @Override
  H3ClientBuilder followRedirects(HttpClient.Redirect policy);

  /**
   * {@inheritDoc}
   *
   * <p>HTTP_1_1 means HTTP/1.1 over TCP only. HTTP_2, the default, leaves the choice to the {@link
   * #protocolMode}.
   */
  @Override
  H3ClientBuilder version(HttpClient.Version version);

  /**
   * {@inheritDoc}
   *
   * <p>It applies to HTTP/2.
   */
  @Override
  H3ClientBuilder priority(int priority);

  /**
   * {@inheritDoc}
   *
   * <p>Requests for which the selector names a proxy go over TCP only.
   */
  @Override
  H3ClientBuilder proxy(ProxySelector proxySelector);

  @Override
  H3ClientBuilder authenticator(Authenticator authenticator);

  /**
   * {@inheritDoc}
   *
   * <p>With one, requests go over TCP only.
   */
  @Override
  H3ClientBuilder localAddress(InetAddress localAddress);

  @Override
  H3Client build();
}
