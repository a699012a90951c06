package dev.h3kit.interop;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A headless Chromium (package chromium) that is driven over its DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final Duration STEP = Duration.ofSeconds(60);
  private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/");
  private static final Pattern TARGET =
      Pattern.compile(
          "\"type\": \"page\".*?\"webSocketDebuggerUrl\": \"([^\"]+)\"", Pattern.DOTALL);
  private static final Pattern ID = Pattern.compile("^\\{\"id\":(\\d+)");
  private static final Pattern VALUE = Pattern.compile("\"value\":\"([A-Za-z0-9+/=]*)\"");

  private final RunningProgram program;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final Map<Integer, CompletableFuture<String>> answers = new ConcurrentHashMap<>();
  private final AtomicInteger lastId = new AtomicInteger();

  private Chromium(RunningProgram program) throws IOException, InterruptedException {
    this.program = program;
    String address = program.awaitOutput(LISTENING, STEP).group(1);
    String targets =
        http.send(
                HttpRequest.newBuilder(URI.create("http://" + address + "/json/list"))
                    .timeout(STEP)
                    .build(),
                BodyHandlers.ofString())
            .body();
    Matcher target = TARGET.matcher(targets);
    if (!target.find()) {
      throw new IOException("no page in " + targets);
    }
    socket =
        http.newWebSocketBuilder().buildAsync(URI.create(target.group(1)), new Answers()).join();
  }

  /** Starts a browser that speaks QUIC with this HOST:PORT at once. */
  static Chromium forced(Programs programs, Certificates certificates, String authority)
      throws Exception {
    return start(programs, certificates, authority);
  }

  /**
   * Starts a browser that speaks QUIC with this host after an Alt-Svc field told it to. (QUIC takes
   * a certificate of the test's authority only from hosts that are forced on some port.)
   */
  static Chromium discovering(Programs programs, Certificates certificates, String host)
      throws Exception {
    return start(programs, certificates, host + ":1");
  }

  private static Chromium start(Programs programs, Certificates certificates, String forced)
      throws Exception {
    RunningProgram program =
        programs.start(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-extensions",
            "--disable-sync",
            "--log-level=3",
            "--user-data-dir=" + programs.folder("profile"),
            "--remote-debugging-port=0",
            "--origin-to-force-quic-on=" + forced,
            "--ignore-certificate-errors-spki-list=" + certificates.publicKeyHash(),
            "about:blank");
    return new Chromium(program);
  }

  /**
   * What a page load was.
   *
   * @param protocols path of the page and of each resource to the protocol it came over (ALPN name)
   * @param hashes path to the SHA-256 of what a script of the page fetched again
   */
  record Load(Map<String, String> protocols, Map<String, String> hashes) {
    /** The protocols that occurred. */
    Set<String> distinctProtocols() {
      return Set.copyOf(protocols.values());
    }
  }

  /**
   * Loads a page of HOST:PORT, waits until its resources are there, and fetches each once more for
   * its hash. The cache is off.
   */
  Load load(String authority, Page page) throws Exception {
    String url = "https://" + authority + "/" + page.name();
    command("Network.enable", "{}");
    command("Network.setCacheDisabled", "{\"cacheDisabled\":true}");
    String navigation = command("Page.navigate", "{\"url\":\"" + url + "\"}");
    if (navigation.contains("\"errorText\"")) {
      throw new IOException("Chromium cannot load " + url + ": " + navigation);
    }
    String report =
        evaluate(
            """
            (async () => {
              while (location.href !== '%s' || document.readyState !== 'complete'
                  || performance.getEntriesByType('resource').length < %d)
                await new Promise(next => setTimeout(next, 20));
              const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
              const lines = [];
              for (const entry of entries) {
                const body = await (await fetch(entry.name, {cache: 'no-store'})).arrayBuffer();
                const hash = [...new Uint8Array(await crypto.subtle.digest('SHA-256', body))]
                    .map(octet => octet.toString(16).padStart(2, '0')).join('');
                lines.push(new URL(entry.name).pathname + ' ' + (entry.nextHopProtocol || 'none') + ' ' + hash);
              }
              return btoa(lines.join('\\n'));
            })()
            """
                .formatted(url, page.resources().size()));
    Map<String, String> protocols = new LinkedHashMap<>();
    Map<String, String> hashes = new LinkedHashMap<>();
    for (String line : report.lines().toList()) {
      List<String> words = List.of(line.split(" ", -1));
      protocols.put(words.get(0), words.get(1));
      hashes.put(words.get(0), words.get(2));
    }
    return new Load(protocols, hashes);
  }

  /** Evaluates an expression whose (promised) value is Base64, and decodes it. */
  private String evaluate(String expression) throws Exception {
    String quoted = expression.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    long end = System.nanoTime() + STEP.toNanos();
    while (true) {
      String answer =
          command(
              "Runtime.evaluate",
              "{\"awaitPromise\":true,\"returnByValue\":true,\"expression\":\"" + quoted + "\"}");
      Matcher value = VALUE.matcher(answer);
      if (value.find()) {
        return new String(Base64.getDecoder().decode(value.group(1)), StandardCharsets.ISO_8859_1);
      }
      // The page that was left takes the expression with it.
      boolean left =
          answer.contains("navigated or closed") || answer.contains("context was destroyed");
      if (!left || System.nanoTime() - end > 0) {
        throw new IOException("Chromium answered " + answer);
      }
    }
  }

  private String command(String method, String parameters) throws Exception {
    int id = lastId.incrementAndGet();
    CompletableFuture<String> answer = new CompletableFuture<>();
    answers.put(id, answer);
    send("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}");
    return answer.get(STEP.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void send(String message) throws IOException {
    try {
      socket.sendText(message, true).get(STEP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("Chromium takes no message", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Ends the browser in order, so that it writes down what it learned. */
  @Override
  public void close() throws IOException {
    send("{\"id\":0,\"method\":\"Browser.close\"}");
    try {
      program.exitCode(STEP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the browser ended", e);
    } finally {
      http.shutdownNow();
    }
  }

  /** Puts messages together and hands answers to those who wait. */
  private final class Answers implements WebSocket.Listener {
    private final List<CharSequence> parts = new ArrayList<>();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      parts.add(data.toString());
      if (last) {
        String message = String.join("", parts);
        parts.clear();
        Matcher id = ID.matcher(message);
        CompletableFuture<String> answer =
            id.find() ? answers.remove(Integer.valueOf(id.group(1))) : null;
        if (answer != null) {
          answer.complete(message);
        }
      }
      webSocket.request(1);
      return CompletableFuture.completedStage(null);
    }
  }
}
