package dev.h3kit.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.client.ScriptedLink.Step;
import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Http3Exception;
import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.HandshakeException;
import dev.h3kit.core.transport.Termination;
import dev.h3kit.core.transport.Termination.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a request is sent again (RFC 9110 §9.2.2, RFC 9114 §4.1.1 and §5.2), and when it is not. */
@Timeout(60)
class RetryTest {
  private static final URI ANYWHERE = URI.create("https://127.0.0.1:1/path");
  private static final HttpRequest GET = HttpRequest.newBuilder(ANYWHERE).build();
  private static final HttpRequest POST =
      HttpRequest.newBuilder(ANYWHERE).POST(BodyPublishers.ofString("body")).build();

  private static IOException goingAway() {
    return new Http3Exception.OfConnection(
        Http3Error.H3_NO_ERROR.code(), true, "the connection is going away", null);
  }

  private static IOException broken() {
    return new Http3Exception.OfConnection(
        0, false, "the connection broke", new IOException("idle"));
  }

  private static IOException closed(Kind kind, long code) {
    ConnectionClosedException cause =
        new ConnectionClosedException(new Termination(Termination.By.PEER, kind, code, "over"));
    return new Http3Exception.OfConnection(code, true, "the connection ended", cause);
  }

  private static IOException reset(Http3Error error) {
    return new Http3Exception.OfStream(error.code(), true, "reset: " + error, null);
  }

  private static H3Client client(ScriptedLink... links) {
    Deque<ScriptedLink> left = new ArrayDeque<>(List.of(links));
    ClientBuilder builder = new ClientBuilder();
    builder.protocolMode(ProtocolMode.HTTP3_ONLY);
    return new H3Client(
        builder.settings(),
        (host, address, watch, deadline) -> {
          ScriptedLink link = left.poll();
          if (link == null) {
            throw new HandshakeException(
                HandshakeException.Cause.UNREACHABLE, "no more connections", null);
          }
          return link;
        });
  }

  // RFC 9114 §5.2: "Endpoints MUST NOT initiate new requests or promise new pushes on the
  // connection after receipt of a GOAWAY frame from the peer."
  @Test
  void aConnectionThatGoesAwayIsReplaced() throws Exception {
    ScriptedLink first = new ScriptedLink(new Step.Answer(200), new Step.Refuse(goingAway()));
    ScriptedLink second = new ScriptedLink();
    try (H3Client client = client(first, second)) {
      for (int i = 0; i < 3; i++) {
        assertEquals(200, client.send(POST, BodyHandlers.discarding()).statusCode());
      }
      assertEquals(2, first.requests.size());
      assertEquals(2, second.requests.size());
    }
  }

  @Test
  void aConnectionThatEndedIsReplaced() throws Exception {
    ScriptedLink first = new ScriptedLink();
    ScriptedLink second = new ScriptedLink();
    try (H3Client client = client(first, second)) {
      client.send(GET, BodyHandlers.discarding());
      first.closed.complete(null);
      client.send(GET, BodyHandlers.discarding());
      assertEquals(1, first.requests.size());
      assertEquals(1, second.requests.size());
    }
  }

  @Test
  void anIdempotentRequestIsSentAgainWhenTheConnectionBrokeUnderIt() throws Exception {
    ScriptedLink first = new ScriptedLink(new Step.Refuse(broken()));
    ScriptedLink second = new ScriptedLink();
    try (H3Client client = client(first, second)) {
      assertEquals(200, client.send(GET, BodyHandlers.discarding()).statusCode());
      assertEquals(1, second.requests.size());
    }
  }

  // RFC 9114 §4.1.1: "a client SHOULD NOT automatically retry a request with a non-idempotent
  // method unless it has some means to know that the request semantics are idempotent"
  // RFC 9114 §5.4: "If a connection terminates without a GOAWAY frame, clients MUST assume that any
  // request that was sent, whether in whole or in part, might have been processed."
  @Test
  void aPostIsNotSentAgainWhenTheConnectionBrokeUnderIt() throws Exception {
    ScriptedLink first = new ScriptedLink(new Step.Refuse(broken()));
    ScriptedLink second = new ScriptedLink();
    try (H3Client client = client(first, second)) {
      IOException failure =
          assertThrows(IOException.class, () -> client.send(POST, BodyHandlers.discarding()));
      assertNotNull(Failures.find(failure, Http3Exception.class));
      assertEquals(0, second.requests.size());
    }
  }

  @Test
  void aRejectedRequestIsSentAgainWhateverItsMethod() throws Exception {
    ScriptedLink link = new ScriptedLink(new Step.Fail(reset(Http3Error.H3_REQUEST_REJECTED)));
    try (H3Client client = client(link)) {
      assertEquals(200, client.send(POST, BodyHandlers.discarding()).statusCode());
      assertEquals(2, link.requests.size());
    }
  }

  @Test
  void aRequestThatIsAlwaysRejectedFailsAfterFourTimes() throws Exception {
    Step reject = new Step.Fail(reset(Http3Error.H3_REQUEST_REJECTED));
    ScriptedLink link = new ScriptedLink(reject, reject, reject, reject, reject);
    try (H3Client client = client(link)) {
      IOException failure =
          assertThrows(IOException.class, () -> client.send(GET, BodyHandlers.discarding()));
      assertEquals(4, link.requests.size());
      Http3Exception cause = Failures.find(failure, Http3Exception.class);
      assertTrue(cause != null && cause.code() == Http3Error.H3_REQUEST_REJECTED.code());
    }
  }

  // RFC 9114 §4.1.1: "a client SHOULD NOT automatically retry a request with a non-idempotent
  // method unless it has some means to know that the request semantics are idempotent"
  @Test
  void aRequestThatMayHaveBeenProcessedIsNotSentAgain() throws Exception {
    for (IOException failure :
        List.of(
            reset(Http3Error.H3_INTERNAL_ERROR),
            reset(Http3Error.H3_REQUEST_CANCELLED),
            broken(),
            closed(Kind.APPLICATION, Http3Error.H3_FRAME_ERROR.code()),
            closed(Kind.TRANSPORT, 0x0a))) {
      ScriptedLink link = new ScriptedLink(new Step.Fail(failure));
      try (H3Client client = client(link)) {
        assertThrows(IOException.class, () -> client.send(GET, BodyHandlers.discarding()));
        assertEquals(1, link.requests.size());
      }
    }
  }

  @Test
  void anIdempotentRequestWhoseConnectionWasLostBeforeItsResponseIsSentAgain() throws Exception {
    // RFC 9110 §9.2.2: "Idempotent methods are distinguished because the request can be repeated
    // automatically if a communication failure occurs before the client is able to read the
    // server's response."
    for (IOException failure :
        List.of(
            closed(Kind.IDLE, 0),
            closed(Kind.STATELESS_RESET, 0),
            closed(Kind.FAILURE, 0),
            closed(Kind.TRANSPORT, 0),
            closed(Kind.APPLICATION, Http3Error.H3_NO_ERROR.code()))) {
      ScriptedLink link = new ScriptedLink(new Step.Fail(failure));
      try (H3Client client = client(link)) {
        assertEquals(200, client.send(GET, BodyHandlers.discarding()).statusCode());
        assertEquals(2, link.requests.size());
      }
    }
  }

  @Test
  void aPostWhoseConnectionWasLostIsNotSentAgain() throws Exception {
    // RFC 9110 §9.2.2: "A client SHOULD NOT automatically retry a request with a non-idempotent
    // method unless it has some means to know that the request semantics are actually idempotent".
    ScriptedLink link = new ScriptedLink(new Step.Fail(closed(Kind.IDLE, 0)));
    try (H3Client client = client(link)) {
      assertThrows(IOException.class, () -> client.send(POST, BodyHandlers.discarding()));
      assertEquals(1, link.requests.size());
    }
  }

  @Test
  void aMisdirectedRequestOnTheOriginsOwnConnectionIsAnAnswer() throws Exception {
    ScriptedLink link = new ScriptedLink(new Step.Answer(421));
    try (H3Client client = client(link)) {
      assertEquals(421, client.send(GET, BodyHandlers.discarding()).statusCode());
      assertEquals(1, link.requests.size());
    }
  }

  @Test
  void versionFallbackIsAFailureWhereOnlyHttp3IsAllowed() throws Exception {
    ScriptedLink link = new ScriptedLink(new Step.Fail(reset(Http3Error.H3_VERSION_FALLBACK)));
    try (H3Client client = client(link)) {
      assertThrows(IOException.class, () -> client.send(GET, BodyHandlers.discarding()));
      assertEquals(1, link.requests.size());
    }
  }

  @Test
  void versionFallbackGoesOverTcpWhereThatIsAllowed() throws Exception {
    ScriptedLink link = new ScriptedLink(new Step.Fail(reset(Http3Error.H3_VERSION_FALLBACK)));
    try (TestServer server = TestServer.start(TestServer.Speaks.TCP)) {
      ClientBuilder builder = new ClientBuilder();
      builder.trust(TestAuthority.SHARED.trust());
      try (H3Client client =
          new H3Client(builder.settings(), (host, address, watch, deadline) -> link)) {
        H3Response<String> response =
            client.send(
                HttpRequest.newBuilder(server.uri("/protocol")).build(), BodyHandlers.ofString());
        assertEquals("HTTP/2.0", response.body());
        assertEquals(1, link.requests.size());
      }
    }
  }

  @Test
  void closingTheClientClosesItsConnections() throws Exception {
    ScriptedLink link = new ScriptedLink();
    H3Client client = client(link);
    client.send(GET, BodyHandlers.discarding());
    assertFalse(link.closed.isDone());
    client.close();
    assertTrue(link.closed.isDone());
  }
}
