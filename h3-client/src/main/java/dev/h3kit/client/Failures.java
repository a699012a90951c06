package dev.h3kit.client;

import dev.h3kit.core.transport.DeadlineExceededException;
import dev.h3kit.core.transport.HandshakeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Says failures in the types that {@link java.net.http.HttpClient} uses. */
final class Failures {
  private static final int LONGEST_CHAIN = 20;

  private Failures() {}

  /** A failure to connect over QUIC, as HttpClient would throw it over TCP. */
  static IOException connecting(Origin origin, IOException failure) {
    if (failure instanceof ConnectException || failure instanceof HttpTimeoutException) {
      return failure;
    }
    @Nullable HandshakeException handshake = find(failure, HandshakeException.class);
    if (handshake == null) {
      return failure;
    }
    String message = "HTTP/3 to " + origin + ": " + message(failure);
    return switch (handshake.kind()) {
      case SILENT -> caused(new HttpConnectTimeoutException(message), failure);
      case UNREACHABLE, PROTOCOL -> caused(new ConnectException(message), failure);
      case CERTIFICATE, NO_APPLICATION_PROTOCOL ->
          caused(new SSLHandshakeException(message), failure);
    };
  }

  /** A failure of a request or its response over HTTP/3. */
  static IOException exchanging(IOException failure) {
    if (find(failure, DeadlineExceededException.class) != null) {
      return caused(new HttpTimeoutException(message(failure)), failure);
    }
    if (failure instanceof HttpTimeoutException) {
      return failure;
    }
    return new IOException(message(failure), failure);
  }

  static IOException unknownHost(Origin origin, UnknownHostException failure) {
    return caused(new ConnectException("cannot resolve host " + origin.host()), failure);
  }

  static HttpConnectTimeoutException connectTimeout() {
    return caused(
        new HttpConnectTimeoutException("HTTP connect timed out"),
        new ConnectException("HTTP connect timed out"));
  }

  /** Both racers failed: the more telling failure, with what both said. */
  static IOException bothRacers(Origin origin, IOException quic, Throwable tcp) {
    IOException tcpFailure =
        tcp instanceof IOException io ? io : new IOException(message(tcp), tcp);
    IOException chosen = moreTelling(tcpFailure, quic);
    IOException other = chosen.equals(quic) ? tcpFailure : quic;
    IOException told =
        sameType(
            chosen,
            "cannot connect to "
                + origin
                + ": over TCP: "
                + message(tcpFailure)
                + "; over QUIC: "
                + message(quic));
    told.addSuppressed(other);
    return told;
  }

  /** The failure that tells more of the cause; the first of equals. */
  static IOException moreTelling(IOException one, IOException other) {
    return rank(other) > rank(one) ? other : one;
  }

  private static int rank(Throwable failure) {
    @Nullable HandshakeException handshake = find(failure, HandshakeException.class);
    if (handshake != null) {
      return switch (handshake.kind()) {
        case CERTIFICATE -> 5;
        case NO_APPLICATION_PROTOCOL, PROTOCOL -> 3;
        case UNREACHABLE -> 2;
        case SILENT -> 1;
      };
    }
    if (find(failure, SSLException.class) != null) {
      return find(failure, CertificateException.class) != null ? 5 : 4;
    }
    if (failure instanceof HttpTimeoutException) {
      return 1;
    }
    return failure instanceof ConnectException ? 2 : 3;
  }

  /**
   * A new exception of the same public type with this message and {@code failure} as its cause, so
   * that it carries the caller's stack trace.
   */
  static IOException sameType(Throwable failure, String message) {
    return switch (failure) {
      case HttpConnectTimeoutException e -> caused(new HttpConnectTimeoutException(message), e);
      case HttpTimeoutException e -> caused(new HttpTimeoutException(message), e);
      case ConnectException e -> caused(new ConnectException(message), e);
      case SSLHandshakeException e -> caused(new SSLHandshakeException(message), e);
      case SSLException e -> new SSLException(message, e);
      case ProtocolException e -> caused(new ProtocolException(message), e);
      default -> new IOException(message, failure);
    };
  }

  /** A failure that several calls share, as a new exception for one of them. */
  static IOException copy(ExecutionException shared) {
    Throwable failure = unwrapped(shared);
    return sameType(failure, message(failure));
  }

  /** What a future or a callback wrapped around the failure, taken off. */
  static Throwable unwrapped(Throwable failure) {
    Throwable at = failure;
    for (int i = 0; i < LONGEST_CHAIN; i++) {
      Throwable cause = at.getCause();
      boolean wrapper =
          at instanceof CompletionException
              || at instanceof ExecutionException
              || at instanceof UncheckedIOException;
      if (!wrapper || cause == null) {
        break;
      }
      at = cause;
    }
    return at;
  }

  static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
    @Nullable Throwable at = failure;
    for (int i = 0; at != null && i < LONGEST_CHAIN; i++) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
      at = at.getCause();
    }
    return null;
  }

  static String message(Throwable failure) {
    String message = failure.getMessage();
    return message != null && !message.isEmpty() ? message : failure.getClass().getSimpleName();
  }

  private static <T extends Throwable> T caused(T exception, Throwable cause) {
    exception.initCause(cause);
    return exception;
  }
}
