package dev.h3kit.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.Charset;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers Basic challenges of servers (RFC 7617) with a client's authenticator and remembers what
 * was accepted, for the same origin and the paths below (RFC 7617 §2.2). Thread-safe.
 */
final class BasicAuth {
  // What java.net.http calls jdk.httpclient.auth.retrylimit, and its default.
  private static final int LIMIT = Integer.getInteger("jdk.httpclient.auth.retrylimit", 3);
  private static final int REMEMBERED = 256;
  private static final Pattern PARAMETER =
      Pattern.compile("([A-Za-z0-9-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]+))");

  /** What one call has tried. Used by one thread at a time. */
  static final class Tries {
    private int count;
    private @Nullable String sent;
    private boolean remembered;
  }

  private final Authenticator authenticator;
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<String, String> accepted = new LinkedHashMap<>();

  BasicAuth(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /** The Authorization value to send with a request for {@code uri}; null for none. */
  @Nullable String authorization(URI uri, Tries tries) {
    if (tries.sent != null) {
      return tries.sent;
    }
    String wanted = normalized(uri).toString();
    lock.lock();
    try {
      for (Map.Entry<String, String> entry : accepted.entrySet()) {
        if (wanted.startsWith(entry.getKey())) {
          tries.sent = entry.getValue();
          tries.remembered = true;
          return tries.sent;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks at a response.
   *
   * @return whether the request should be sent again with the credentials now in {@code tries}
   * @throws IOException if the authenticator has no credentials, or none was accepted after a few
   *     tries
   */
  boolean challenged(URI uri, int status, HttpHeaders headers, Tries tries) throws IOException {
    if (status != 401) {
      if (tries.sent != null && !tries.remembered) {
        remember(uri, tries.sent);
      }
      return false;
    }
    if (headers.allValues("www-authenticate").isEmpty()) {
      throw new IOException("WWW-Authenticate header missing for response code 401");
    }
    String challenge = null;
    for (String each : headers.allValues("www-authenticate")) {
      int basic = basic(each);
      if (basic >= 0) {
        challenge = each.substring(basic);
        break;
      }
    }
    if (challenge == null) {
      return false;
    }
    if (tries.count > LIMIT) {
      throw new IOException("too many authentication attempts. Limit: " + LIMIT);
    }
    if (tries.remembered) {
      forget(uri);
    }
    String realm = parameter(challenge, "realm");
    Charset charset =
        "UTF-8".equalsIgnoreCase(parameter(challenge, "charset")) ? UTF_8 : ISO_8859_1;
    PasswordAuthentication credentials =
        authenticator.requestPasswordAuthenticationInstance(
            uri.getHost(),
            null,
            uri.getPort(),
            uri.getScheme(),
            realm,
            "Basic",
            uri.toURL(),
            Authenticator.RequestorType.SERVER);
    if (credentials == null) {
      throw new IOException("No credentials provided");
    }
    tries.count++;
    tries.remembered = false;
    tries.sent = encoded(credentials, charset);
    return true;
  }

  private static String encoded(PasswordAuthentication credentials, Charset charset) {
    String pair = credentials.getUserName() + ":" + new String(credentials.getPassword());
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(charset));
  }

  /** Where a Basic challenge begins in a field value; -1 if it has none. */
  private static int basic(String value) {
    Matcher matcher = Pattern.compile("(?i)(?:^|,)\\s*(Basic)(?:\\s|$)").matcher(value);
    return matcher.find() ? matcher.start(1) : -1;
  }

  private static @Nullable String parameter(String challenge, String name) {
    Matcher matcher = PARAMETER.matcher(challenge);
    while (matcher.find()) {
      if (matcher.group(1).equalsIgnoreCase(name)) {
        String quoted = matcher.group(2);
        return quoted != null ? quoted.replaceAll("\\\\(.)", "$1") : matcher.group(3);
      }
    }
    return null;
  }

  private void remember(URI uri, String value) {
    lock.lock();
    try {
      accepted.put(normalized(uri).resolve(".").toString(), value);
      if (accepted.size() > REMEMBERED) {
        accepted.pollFirstEntry();
      }
    } finally {
      lock.unlock();
    }
  }

  private void forget(URI uri) {
    String wanted = normalized(uri).toString();
    lock.lock();
    try {
      accepted.keySet().removeIf(wanted::startsWith);
    } finally {
      lock.unlock();
    }
  }

  private static URI normalized(URI uri) {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return URI.create(Origin.of(uri) + path).normalize();
  }
}
