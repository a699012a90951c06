package dev.h3kit.client;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A server for WebSockets over TLS (RFC 6455) that sends short text messages back. */
final class TestWebSocket implements AutoCloseable {
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** The lines of the requests' heads. */
  final List<String> seen = new CopyOnWriteArrayList<>();

  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  TestWebSocket() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "key",
        TestServer.IDENTITY.key(),
        new char[0],
        TestServer.IDENTITY.chain().toArray(new java.security.cert.Certificate[0]));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    listener =
        context
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  URI uri() {
    return URI.create("wss://localhost:" + listener.getLocalPort() + "/echo");
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofPlatform().daemon().start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    try (client) {
      BufferedReader head =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1), 1);
      String key = "";
      for (String line = head.readLine(); line != null && !line.isEmpty(); ) {
        seen.add(line);
        if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:")) {
          key = line.substring(line.indexOf(':') + 1).strip();
        }
        line = head.readLine();
      }
      OutputStream out = client.getOutputStream();
      // RFC 6455 §4.2.2: the key, the magic string, SHA-1, base64.
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + MAGIC).getBytes(StandardCharsets.ISO_8859_1));
      String accept = Base64.getEncoder().encodeToString(digest);
      out.write(
          ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  + ("Sec-WebSocket-Accept: " + accept + "\r\n\r\n"))
              .getBytes(StandardCharsets.ISO_8859_1));
      echo(new DataInputStream(client.getInputStream()), out);
    } catch (IOException | GeneralSecurityException e) {
      // The connection is over.
    }
  }

  private static void echo(DataInputStream in, OutputStream out) throws IOException {
    while (true) {
      int first = in.readUnsignedByte();
      int length = in.readUnsignedByte() & 0x7f;
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      out.write(first);
      out.write(length);
      out.write(payload);
      out.flush();
      if ((first & 0xf) == 8) {
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
