package dev.h3kit.client;

import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The TCP side of a client: one JDK client for an origin, so that a race can have one of its own;
 * when there are too many the one unused longest is shut down. Thread-safe.
 */
final class TcpClients {
  static final int CLIENTS = 64;

  private final ClientSettings settings;
  private final TcpTrust trust;
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<Key, TcpClient> clients = new LinkedHashMap<>(16, 0.75f, true);

  private @Nullable HttpClient webSockets;

  private record Key(Origin origin, boolean proxied) {}

  TcpClients(ClientSettings settings) {
    this.settings = settings;
    this.trust = new TcpTrust(settings);
  }

  /** The client of an origin, leased. */
  TcpClient client(Origin origin, boolean proxied) {
    List<TcpClient> superfluous = new ArrayList<>();
    TcpClient client;
    lock.lock();
    try {
      client =
          clients.computeIfAbsent(new Key(origin, proxied), key -> make(key, TcpGate.OPEN)).lease();
      shrink(superfluous);
    } finally {
      lock.unlock();
    }
    superfluous.forEach(TcpClient::shutdown);
    return client;
  }

  /** A client that is nobody else's, leased. */
  TcpClient fresh(Origin origin, boolean proxied, TcpGate gate) {
    return make(new Key(origin, proxied), gate).lease();
  }

  /** Keeps a fresh client as the one of its origin. */
  void keep(Origin origin, TcpClient client) {
    List<TcpClient> superfluous = new ArrayList<>();
    lock.lock();
    try {
      TcpClient before = clients.put(new Key(origin, false), client);
      if (before != null) {
        superfluous.add(before);
      }
      shrink(superfluous);
    } finally {
      lock.unlock();
    }
    superfluous.forEach(TcpClient::shutdown);
  }

  /** A builder of WebSockets (RFC 6455), which go over a client of their own. */
  WebSocket.Builder webSocketBuilder() {
    lock.lock();
    try {
      HttpClient client = webSockets;
      if (client == null) {
        HttpClient.Builder builder = TcpClient.builder(settings, trust.context(), TcpNames.NONE);
        if (settings.cookieHandler() != null) {
          builder.cookieHandler(settings.cookieHandler());
        }
        if (settings.authenticator() != null) {
          builder.authenticator(settings.authenticator());
        }
        client = builder.build();
        webSockets = client;
      }
      return client.newWebSocketBuilder();
    } finally {
      lock.unlock();
    }
  }

  /** Takes out the client unused longest; more are kept only while all are about to send. */
  private void shrink(List<TcpClient> superfluous) {
    if (clients.size() <= CLIENTS) {
      return;
    }
    for (Map.Entry<Key, TcpClient> each : clients.entrySet()) {
      if (!each.getValue().leased()) {
        clients.remove(each.getKey());
        superfluous.add(each.getValue());
        return;
      }
    }
  }

  /** How many clients are kept. */
  int kept() {
    lock.lock();
    try {
      return clients.size();
    } finally {
      lock.unlock();
    }
  }

  private TcpClient make(Key key, TcpGate gate) {
    return new TcpClient(
        settings,
        trust.context(),
        new TcpNames(settings.resolver(), key.origin()),
        key.proxied(),
        gate);
  }

  /** Lets what runs end and closes then. */
  void shutdown() {
    List<TcpClient> all;
    HttpClient others;
    lock.lock();
    try {
      all = List.copyOf(clients.values());
      clients.clear();
      others = webSockets;
      webSockets = null;
    } finally {
      lock.unlock();
    }
    all.forEach(TcpClient::shutdown);
    if (others != null) {
      others.shutdown();
    }
  }
}
