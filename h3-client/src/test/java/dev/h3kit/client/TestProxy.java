package dev.h3kit.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy for CONNECT (RFC 9110 §9.3.6) that goes to this machine whatever name is asked for. */
final class TestProxy implements AutoCloseable {
  /** The request lines that came, in order. */
  final List<String> seen = new CopyOnWriteArrayList<>();

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  TestProxy() throws IOException {
    Thread.ofVirtual().start(this::accept);
  }

  ProxySelector selector() {
    return ProxySelector.of(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        sockets.add(client);
        Thread.ofVirtual().start(() -> serve(client));
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
      String line = head.readLine();
      seen.add(line);
      for (String field = head.readLine(); field != null && !field.isEmpty(); ) {
        field = head.readLine();
      }
      int port = Integer.parseInt(line.replaceAll(".*:([0-9]+) HTTP/1.1", "$1"));
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        sockets.add(server);
        client
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        Thread back = Thread.ofVirtual().start(() -> copy(server, client));
        copy(client, server);
        back.join();
      }
    } catch (IOException | InterruptedException e) {
      // The connection is over.
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      // The connection is over.
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
