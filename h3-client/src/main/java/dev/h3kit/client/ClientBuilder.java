package dev.h3kit.client;

import dev.h3kit.core.Http3Events;
import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.transport.DatagramFaults;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Collects settings. */
final class ClientBuilder implements H3ClientBuilder {
  /** Pushes a connection takes at a time, once a request came with a handler for them. */
  private static final int PUSHES = 100;

  private ProtocolMode mode = ProtocolMode.HTTP3_FIRST;
  private @Nullable X509TrustManager trust;
  private boolean insecure;
  private @Nullable X509KeyManager clientKey;
  private Resolver resolver = Resolver.SYSTEM;
  private ServiceRecords serviceRecords = ServiceRecords.NONE;
  private Duration raceSoft = Duration.ofMillis(100);
  private Duration raceHard = Duration.ofMillis(200);
  private Http3Events events = Http3Events.NONE;
  private H3ClientEvents clientEvents = H3ClientEvents.NONE;
  private @Nullable Path altSvcFile;
  private @Nullable Path keyLog = environment("SSLKEYLOGFILE");
  private @Nullable Path qlog = environment("QLOGDIR");
  private boolean freshConnections;
  private boolean coalescing = true;
  private Http3Limits limits = Http3Limits.CLIENT.but().pushes(PUSHES).build();
  private DatagramFaults faults = DatagramFaults.NONE;
  private @Nullable CookieHandler cookieHandler;
  private @Nullable Duration connectTimeout;
  private @Nullable SSLContext sslContext;
  private @Nullable SSLParameters sslParameters;
  private @Nullable Executor executor;
  private HttpClient.Redirect redirect = HttpClient.Redirect.NEVER;
  private HttpClient.Version version = HttpClient.Version.HTTP_2;
  private @Nullable Integer priority;
  private @Nullable ProxySelector proxy;
  private @Nullable Authenticator authenticator;
  private @Nullable InetAddress localAddress;

  @Override
  public ClientBuilder protocolMode(ProtocolMode mode) {
    this.mode = Objects.requireNonNull(mode);
    return this;
  }

  @Override
  public ClientBuilder trust(X509TrustManager trust) {
    this.trust = Objects.requireNonNull(trust);
    return this;
  }

  @Override
  public ClientBuilder insecure() {
    insecure = true;
    return this;
  }

  @Override
  public ClientBuilder clientKey(X509KeyManager key) {
    clientKey = Objects.requireNonNull(key);
    return this;
  }

  @Override
  public ClientBuilder resolver(Resolver resolver) {
    this.resolver = Objects.requireNonNull(resolver);
    return this;
  }

  @Override
  public ClientBuilder serviceRecords(ServiceRecords records) {
    serviceRecords = Objects.requireNonNull(records);
    return this;
  }

  @Override
  public ClientBuilder racing(Duration soft, Duration hard) {
    if (soft.isNegative() || hard.compareTo(soft) < 0) {
      throw new IllegalArgumentException(
          "racing(" + soft + ", " + hard + "): needs 0 <= soft <= hard");
    }
    raceSoft = soft;
    raceHard = hard;
    return this;
  }

  @Override
  public ClientBuilder events(Http3Events events) {
    this.events = Objects.requireNonNull(events);
    return this;
  }

  @Override
  public ClientBuilder clientEvents(H3ClientEvents events) {
    clientEvents = Objects.requireNonNull(events);
    return this;
  }

  @Override
  public ClientBuilder altSvcFile(Path file) {
    if (file.getFileName() == null) {
      throw new IllegalArgumentException("altSvcFile(" + file + "): this is no name of a file");
    }
    altSvcFile = file;
    return this;
  }

  @Override
  public ClientBuilder keyLog(@Nullable Path file) {
    keyLog = file;
    return this;
  }

  @Override
  public ClientBuilder qlog(@Nullable Path folder) {
    qlog = folder;
    return this;
  }

  @Override
  public ClientBuilder freshConnections(boolean fresh) {
    freshConnections = fresh;
    return this;
  }

  @Override
  public ClientBuilder coalescing(boolean coalescing) {
    this.coalescing = coalescing;
    return this;
  }

  @Override
  public ClientBuilder limits(Http3Limits limits) {
    this.limits = Objects.requireNonNull(limits);
    return this;
  }

  @Override
  public ClientBuilder datagramFaults(DatagramFaults faults) {
    this.faults = Objects.requireNonNull(faults);
    return this;
  }

  @Override
  public ClientBuilder cookieHandler(CookieHandler cookieHandler) {
    this.cookieHandler = Objects.requireNonNull(cookieHandler);
    return this;
  }

  @Override
  public ClientBuilder connectTimeout(Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException("connectTimeout(" + duration + "): must be positive");
    }
    connectTimeout = duration;
    return this;
  }

  @Override
  public ClientBuilder sslContext(SSLContext sslContext) {
    this.sslContext = Objects.requireNonNull(sslContext);
    return this;
  }

  @Override
  public ClientBuilder sslParameters(SSLParameters sslParameters) {
    this.sslParameters = Objects.requireNonNull(sslParameters);
    return this;
  }

  @Override
  public ClientBuilder executor(Executor executor) {
    this.executor = Objects.requireNonNull(executor);
    return this;
  }

  @Override
  public ClientBuilder followRedirects(HttpClient.Redirect policy) {
    redirect = Objects.requireNonNull(policy);
    return this;
  }

  @Override
  public ClientBuilder version(HttpClient.Version version) {
    this.version = Objects.requireNonNull(version);
    return this;
  }

  @Override
  public ClientBuilder priority(int priority) {
    if (priority < 1 || priority > 256) {
      throw new IllegalArgumentException("priority(" + priority + "): must be 1 to 256");
    }
    this.priority = priority;
    return this;
  }

  @Override
  public ClientBuilder proxy(ProxySelector proxySelector) {
    proxy = Objects.requireNonNull(proxySelector);
    return this;
  }

  @Override
  public ClientBuilder authenticator(Authenticator authenticator) {
    this.authenticator = Objects.requireNonNull(authenticator);
    return this;
  }

  @Override
  public ClientBuilder localAddress(@Nullable InetAddress localAddress) {
    this.localAddress = localAddress;
    return this;
  }

  @Override
  public H3Client build() {
    return new H3Client(settings());
  }

  private static @Nullable Path environment(String name) {
    String value = System.getenv(name);
    try {
      return value == null || value.isEmpty() ? null : Path.of(value);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  ClientSettings settings() {
    return new ClientSettings(
        mode,
        trust,
        insecure,
        clientKey,
        resolver,
        serviceRecords,
        raceSoft,
        raceHard,
        events,
        clientEvents,
        altSvcFile,
        keyLog,
        qlog,
        freshConnections,
        coalescing,
        limits,
        faults,
        cookieHandler,
        connectTimeout,
        sslContext,
        sslParameters,
        executor,
        redirect,
        version,
        priority,
        proxy,
        authenticator,
        localAddress);
  }
}
