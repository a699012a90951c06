package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.PasswordAuthentication;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What java.net.http promises of redirects, cookies and authentication. */
@Timeout(60)
class FollowUpContractTest {

  @ParameterizedTest
  @EnumSource
  void redirectsAreNotFollowedUnlessAskedFor(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      HttpResponse<String> response =
          client.send(get(server.uri("/redirect/302?/hello")), BodyHandlers.ofString());
      assertEquals(302, response.statusCode());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRedirectIsFollowedAndRemembered(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.followRedirects(Redirect.NORMAL))) {
      for (int status : new int[] {301, 302, 303, 307, 308}) {
        HttpResponse<String> response =
            client.send(
                get(server.uri("/redirect/" + status + "?/hello")), BodyHandlers.ofString());
        assertEquals("hello", response.body());
        assertEquals(server.uri("/hello"), response.uri());
        assertEquals(status, response.previousResponse().orElseThrow().statusCode());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRedirectedPostBecomesAGetOrStaysAPost(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.followRedirects(Redirect.NORMAL))) {
      record Case(int status, String method) {}
      for (Case each :
          List.of(
              new Case(301, "GET 0"),
              new Case(302, "GET 0"),
              new Case(303, "GET 0"),
              new Case(307, "POST 4"),
              new Case(308, "POST 4"))) {
        HttpRequest request =
            HttpRequest.newBuilder(server.uri("/redirect/" + each.status() + "?/method"))
                .POST(BodyPublishers.ofString("body"))
                .build();
        assertEquals(each.method(), client.send(request, BodyHandlers.ofString()).body());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRedirectLoopEndsWithTheRedirect(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.followRedirects(Redirect.ALWAYS))) {
      HttpResponse<String> response =
          client.send(get(server.uri("/loop")), BodyHandlers.ofString());
      assertEquals(302, response.statusCode());
      assertEquals(5, server.site.seen.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRedirectToCleartextIsNotNormal(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.followRedirects(Redirect.NORMAL))) {
      HttpResponse<String> response =
          client.send(
              get(server.uri("/redirect/302?http://localhost:1/hello")), BodyHandlers.ofString());
      assertEquals(302, response.statusCode());
    }
  }

  @ParameterizedTest
  @EnumSource
  void credentialsStayWithTheirOrigin(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        TestServer other = kind.server();
        HttpClient client = kind.client(builder -> builder.followRedirects(Redirect.NORMAL))) {
      HttpRequest away =
          HttpRequest.newBuilder(server.uri("/redirect/302?" + other.uri("/header/authorization")))
              .header("Authorization", "Bearer secret")
              .build();
      assertEquals("", client.send(away, BodyHandlers.ofString()).body());
      HttpRequest home =
          HttpRequest.newBuilder(server.uri("/redirect/302?/header/authorization"))
              .header("Authorization", "Bearer secret")
              .build();
      assertEquals("Bearer secret", client.send(home, BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRedirectWithoutATargetIsAnIOException(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.followRedirects(Redirect.NORMAL))) {
      assertThrows(
          IOException.class,
          () -> client.send(get(server.uri("/status/302")), BodyHandlers.ofString()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void cookiesAreKeptAndSent(ClientKind kind) throws Exception {
    CookieManager cookies = new CookieManager();
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.cookieHandler(cookies))) {
      client.send(get(server.uri("/cookie")), BodyHandlers.discarding());
      assertEquals(1, cookies.getCookieStore().getCookies().size());
      assertEquals(
          "taste=sweet",
          client.send(get(server.uri("/header/cookie")), BodyHandlers.ofString()).body());
    }
  }

  private static final class Asked extends Authenticator {
    private final @Nullable String password;
    final AtomicInteger times = new AtomicInteger();

    Asked(@Nullable String password) {
      this.password = password;
    }

    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      times.incrementAndGet();
      assertEquals("the vault", getRequestingPrompt());
      assertEquals("localhost", getRequestingHost());
      assertEquals(RequestorType.SERVER, getRequestorType());
      return password == null ? null : new PasswordAuthentication("user", password.toCharArray());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aChallengeIsAnsweredOnceAndRemembered(ClientKind kind) throws Exception {
    Asked asked = new Asked("secret");
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.authenticator(asked))) {
      HttpResponse<String> response =
          client.send(get(server.uri("/private")), BodyHandlers.ofString());
      assertEquals("welcome", response.body());
      assertEquals(401, response.previousResponse().orElseThrow().statusCode());
      assertEquals(
          "welcome", client.send(get(server.uri("/private")), BodyHandlers.ofString()).body());
      assertEquals(1, asked.times.get());
      assertEquals(3, server.site.seen.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPostIsSentAgainWithItsBodyAfterAChallenge(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.authenticator(new Asked("secret")))) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/private"))
              .POST(BodyPublishers.ofString("body"))
              .build();
      assertEquals("welcome", client.send(request, BodyHandlers.ofString()).body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutCredentialsAChallengeIsAnIOException(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.authenticator(new Asked(null)))) {
      assertThrows(
          IOException.class,
          () -> client.send(get(server.uri("/private")), BodyHandlers.ofString()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void wrongCredentialsAreTriedAFewTimesOnly(ClientKind kind) throws Exception {
    Asked asked = new Asked("wrong");
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.authenticator(asked))) {
      IOException failure =
          assertThrows(
              IOException.class,
              () -> client.send(get(server.uri("/private")), BodyHandlers.ofString()));
      assertTrue(String.valueOf(failure.getMessage()).contains("too many authentication attempts"));
      assertEquals(4, asked.times.get());
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutAnAuthenticatorTheChallengeIsTheResponse(ClientKind kind) throws Exception {
    try (TestServer server = kind.server();
        HttpClient client = kind.client()) {
      assertEquals(
          401, client.send(get(server.uri("/private")), BodyHandlers.ofString()).statusCode());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCallerThatSetsAuthorizationGetsTheChallenge(ClientKind kind) throws Exception {
    Asked asked = new Asked("secret");
    try (TestServer server = kind.server();
        HttpClient client = kind.client(builder -> builder.authenticator(asked))) {
      HttpRequest request =
          HttpRequest.newBuilder(server.uri("/private")).header("Authorization", "Own x").build();
      assertEquals(401, client.send(request, BodyHandlers.ofString()).statusCode());
      assertEquals(0, asked.times.get());
    }
  }
}
