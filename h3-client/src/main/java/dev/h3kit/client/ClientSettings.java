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

/** What a builder was told, as a client keeps it. */
record ClientSettings(
    ProtocolMode mode,
    @Nullable X509TrustManager trust,
    boolean insecure,
    @Nullable X509KeyManager clientKey,
    Resolver resolver,
    ServiceRecords serviceRecords,
    Duration raceSoft,
    Duration raceHard,
    Http3Events events,
    H3ClientEvents clientEvents,
    @Nullable Path altSvcFile,
    @Nullable Path keyLog,
    @Nullable Path qlog,
    boolean freshConnections,
    boolean coalescing,
    Http3Limits limits,
    DatagramFaults faults,
    @Nullable CookieHandler cookieHandler,
    @Nullable Duration connectTimeout,
    @Nullable SSLContext sslContext,
    @Nullable SSLParameters sslParameters,
    @Nullable Executor executor,
    HttpClient.Redirect redirect,
    HttpClient.Version version,
    @Nullable Integer priority,
    @Nullable ProxySelector proxy,
    @Nullable Authenticator authenticator,
    @Nullable InetAddress localAddress) {}
