package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.client.ExchangeReport;
import dev.h3kit.client.Racer;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Exception;
import dev.h3kit.core.transport.HandshakeException;
import dev.h3kit.server.ServerIdentity;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Finds the cause of a failed exchange, curl's number for it, and what to try. */
public final class Diagnosis {
  private static final int LONGEST_CHAIN = 20;

  /** How far an exchange had come. */
  public enum Progress {
    /** No response yet. */
    NO_RESPONSE,
    /** The body was under way. */
    BODY
  }

  private final String server;
  private final boolean http3Only;
  private final Progress progress;
  private final String body;

  private Diagnosis(String server, boolean http3Only, Progress progress, String body) {
    this.server = server;
    this.http3Only = http3Only;
    this.progress = progress;
    this.body = body;
  }

  /** A failure before a response came. */
  public static CommandFailure beforeResponse(Throwable failure, String server, boolean http3Only) {
    return new Diagnosis(server, http3Only, Progress.NO_RESPONSE, "").of(failure);
  }

  /**
   * A failure while the body came.
   *
   * @param received octets that had come
   * @param expected octets announced, or -1
   */
  static CommandFailure inBody(
      Throwable failure, String server, boolean http3Only, long received, long expected) {
    String body = "after " + received + (expected < 0 ? "" : " of " + expected) + " octets";
    return new Diagnosis(server, http3Only, Progress.BODY, body).of(failure);
  }

  private CommandFailure of(Throwable thrown) {
    Throwable failure = unwrapped(thrown);
    if (failure instanceof CommandFailure known) {
      return known;
    }
    if (find(failure, UnknownHostException.class) != null
        || find(failure, UnresolvedAddressException.class) != null) {
      return failed(
          ExitCode.COULD_NOT_RESOLVE_HOST,
          "could not resolve host: " + server,
          "Check the spelling; --resolve HOST:PORT:ADDRESS does without DNS.",
          failure);
    }
    CommandFailure certificate = certificate(failure);
    if (certificate != null) {
      return certificate;
    }
    return progress == Progress.BODY ? inBody(failure) : beforeResponse(failure);
  }

  private CommandFailure beforeResponse(Throwable failure) {
    HandshakeException quic = find(failure, HandshakeException.class);
    if (http3Only && quic != null) {
      return quic(quic, failure);
    }
    if (failure instanceof HttpConnectTimeoutException || failure instanceof TimeoutException) {
      return failed(
          ExitCode.OPERATION_TIMEDOUT,
          "no connection to " + server + " in time" + racers(failure),
          "Is it reachable? --connect-timeout gives it longer.",
          failure);
    }
    if (failure instanceof HttpTimeoutException) {
      return failed(ExitCode.OPERATION_TIMEDOUT, server + " did not answer in time", null, failure);
    }
    if (failure instanceof ConnectException
        || find(failure, NoRouteToHostException.class) != null) {
      return failed(
          ExitCode.COULD_NOT_CONNECT,
          "could not connect to " + server + racers(failure),
          "Is the server running, and is this its port?",
          failure);
    }
    Http3Exception http3 = find(failure, Http3Exception.class);
    if (http3 != null) {
      return http3(http3, failure);
    }
    SSLException tls = find(failure, SSLException.class);
    if (tls != null) {
      boolean plain = text(tls).contains("Unsupported or unrecognized SSL message");
      return failed(
          ExitCode.TLS_CONNECT_ERROR,
          "TLS with " + server + " failed: " + message(tls),
          plain ? "It seems to speak plain HTTP: try http://" + server : null,
          failure);
    }
    return transport(failure);
  }

  private CommandFailure quic(HandshakeException quic, Throwable failure) {
    String tcp = "Without --http3-only h3 falls back to HTTP/2 over TCP.";
    return switch (quic.kind()) {
      case SILENT ->
          failed(
              ExitCode.OPERATION_TIMEDOUT,
              "no answer from " + server + " over QUIC: " + message(quic),
              "UDP may be blocked, or the server has no HTTP/3. " + tcp,
              failure);
      case UNREACHABLE ->
          failed(
              ExitCode.COULD_NOT_CONNECT,
              "could not connect to " + server + " over QUIC: its UDP port is closed",
              tcp,
              failure);
      case NO_APPLICATION_PROTOCOL ->
          failed(
              ExitCode.QUIC_CONNECT_ERROR,
              server + " speaks QUIC but not HTTP/3: " + message(quic),
              tcp,
              failure);
      case CERTIFICATE, PROTOCOL ->
          failed(
              ExitCode.QUIC_CONNECT_ERROR,
              "the QUIC handshake with " + server + " failed: " + message(quic),
              tcp,
              failure);
    };
  }

  private @Nullable CommandFailure certificate(Throwable failure) {
    HandshakeException quic = find(failure, HandshakeException.class);
    boolean byQuic = quic != null && quic.kind() == HandshakeException.Cause.CERTIFICATE;
    Throwable reason = find(failure, CertPathValidatorException.class);
    if (reason == null) {
      reason = find(failure, CertificateException.class);
    }
    if (!byQuic && (reason == null || find(failure, SSLException.class) == null)) {
      return null;
    }
    String why = message(reason != null ? reason : java.util.Objects.requireNonNull(quic));
    boolean unknownIssuer =
        text(failure).contains("unable to find valid certification path")
            || why.toLowerCase(Locale.ROOT).contains("trust anchor");
    return failed(
        ExitCode.PEER_FAILED_VERIFICATION,
        "the certificate of "
            + server
            + " is not trusted: "
            + (unknownIssuer ? "its issuer is unknown" : why),
        trustAdvice(),
        failure);
  }

  /** Whoever asks this machine mostly asks {@code h3 serve}, and has its authority in a file. */
  private String trustAdvice() {
    Path local = ServerIdentity.localFolder().resolve("ca.pem");
    boolean here =
        server.startsWith("localhost:") || server.startsWith("127.") || server.startsWith("[::1]:");
    return here && Files.exists(local)
        ? "If that is h3 serve: --cacert " + local
        : "--cacert FILE names the authority to trust; -k trusts anyone, for tests.";
  }

  private CommandFailure inBody(Throwable failure) {
    if (failure instanceof HttpTimeoutException || failure instanceof TimeoutException) {
      return failed(
          ExitCode.OPERATION_TIMEDOUT, server + " stopped sending " + body, null, failure);
    }
    Http3Exception http3 = find(failure, Http3Exception.class);
    String text = text(failure);
    boolean shortBody =
        (http3 != null && !http3.remote() && http3.code() == Http3Error.H3_MESSAGE_ERROR.code())
            || text.contains("bytes received:")
            || text.contains("chunked transfer encoding")
            || text.contains("closed")
            || text.contains("EOF reached")
            || find(failure, EOFException.class) != null;
    boolean connectionLost =
        http3 instanceof Http3Exception.OfConnection
            && (!http3.remote() || Http3Error.noError(http3.code()));
    if (shortBody || connectionLost) {
      return failed(
          ExitCode.PARTIAL_FILE,
          "the body from "
              + server
              + " is not whole: it ended "
              + body
              + " ("
              + message(failure)
              + ")",
          "Nothing was kept of it; try again.",
          failure);
    }
    if (http3 != null) {
      return failed(
          ExitCode.HTTP3, "HTTP/3 failed " + body + ": " + http3Text(http3), null, failure);
    }
    return transport(failure);
  }

  private CommandFailure http3(Http3Exception http3, Throwable failure) {
    boolean nothing =
        http3 instanceof Http3Exception.OfConnection
            && http3.remote()
            && Http3Error.noError(http3.code());
    return failed(
        nothing ? ExitCode.GOT_NOTHING : ExitCode.HTTP3,
        nothing
            ? server + " closed the connection without an answer"
            : "HTTP/3 with " + server + " failed: " + http3Text(http3),
        null,
        failure);
  }

  private static String http3Text(Http3Exception http3) {
    String name = Http3Error.nameOf(http3.code());
    String text = message(http3);
    return (text.contains(name) ? text : name + ", " + text)
        + (http3.remote() ? " (said the server)" : "");
  }

  private CommandFailure transport(Throwable failure) {
    String text = text(failure);
    if (progress == Progress.NO_RESPONSE
        && (text.contains("header parser received no bytes")
            || text.contains("EOF reached while reading")
            || find(failure, EOFException.class) != null)) {
      return failed(
          ExitCode.GOT_NOTHING, server + " closed the connection without an answer", null, failure);
    }
    if (text.contains("RST_STREAM") || text.contains("GOAWAY")) {
      return failed(
          ExitCode.HTTP2_STREAM,
          "HTTP/2 with " + server + " failed: " + message(failure),
          null,
          failure);
    }
    if (find(failure, SocketException.class) != null || failure instanceof IOException) {
      return failed(
          ExitCode.RECEIVE_ERROR,
          "the exchange with "
              + server
              + " failed"
              + (body.isEmpty() ? "" : " " + body)
              + ": "
              + message(failure),
          null,
          failure);
    }
    return failed(
        ExitCode.RECEIVE_ERROR,
        "the exchange with " + server + " failed: " + failure,
        null,
        failure);
  }

  /** What each racer met, where the client tells. */
  private static String racers(Throwable failure) {
    ExchangeReport report = ExchangeReport.of(failure).orElse(null);
    if (report == null) {
      return "";
    }
    List<String> told = new ArrayList<>();
    for (Racer racer : report.timeline().racers()) {
      String how =
          switch (racer.outcome()) {
            case Racer.Outcome.Failed failed -> refusal(failed.cause());
            case Racer.Outcome.Abandoned _, Racer.Outcome.Running _ -> "no answer";
            case Racer.Outcome.Won _ -> "connected";
          };
      told.add((racer.transport() == Racer.Transport.QUIC ? "QUIC: " : "TCP: ") + how);
    }
    return told.isEmpty() ? "" : " (" + String.join("; ", told) + ")";
  }

  /** What an attempt to connect met, in a few words. */
  static String refusal(Throwable failure) {
    HandshakeException quic = find(failure, HandshakeException.class);
    if (quic != null && quic.kind() == HandshakeException.Cause.UNREACHABLE) {
      return "the port is closed";
    }
    // The JDK's client gives no message for a connection that was refused.
    return failure instanceof ConnectException && failure.getMessage() == null
        ? "the port is closed"
        : message(failure);
  }

  private static CommandFailure failed(
      ExitCode code, String message, @Nullable String advice, Throwable cause) {
    return new CommandFailure(code, message, advice, cause);
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  /** All messages of the chain. */
  private static String text(Throwable failure) {
    StringBuilder text = new StringBuilder();
    Throwable at = failure;
    for (int i = 0; at != null && i < LONGEST_CHAIN; i++) {
      text.append(at.getMessage()).append('\n');
      at = at.getCause();
    }
    return text.toString();
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable at = failure;
    while ((at instanceof CompletionException || at instanceof ExecutionException)
        && at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
    Throwable at = failure;
    for (int i = 0; at != null && i < LONGEST_CHAIN; i++) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
      at = at.getCause();
    }
    return null;
  }
}
