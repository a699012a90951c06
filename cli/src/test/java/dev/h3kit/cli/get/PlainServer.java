package dev.h3kit.cli.get;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server on a TCP port of loopback that does what a test says with each connection: answers in
 * HTTP/1.1, or misbehaves.
 */
final class PlainServer implements AutoCloseable {
  /** What is done with a connection, after which it is closed. */
  @FunctionalInterface
  interface Behaviour {
    void serve(Request request, OutputStream out) throws Exception;
  }

  /**
   * A request that came.
   *
   * @param line the request line
   * @param fields the fields, lower case names, one per line
   * @param body the content
   */
  record Request(String line, String fields, String body) {}

  private final ServerSocket socket;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  private PlainServer(ServerSocket socket) {
    this.socket = socket;
  }

  /** Reads a request from each connection and lets {@code behaviour} answer. */
  static PlainServer start(Behaviour behaviour) throws IOException {
    PlainServer server = new PlainServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    Thread.startVirtualThread(() -> server.accept(behaviour));
    return server;
  }

  /** Answers every request with these octets. */
  static PlainServer answering(String response) throws IOException {
    return start((request, out) -> out.write(response.getBytes(StandardCharsets.ISO_8859_1)));
  }

  int port() {
    return socket.getLocalPort();
  }

  String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** The requests so far. */
  List<Request> requests() {
    return requests;
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket connection : open) {
      connection.close();
    }
  }

  private void accept(Behaviour behaviour) {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        open.add(connection);
        Thread.startVirtualThread(() -> serve(connection, behaviour));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket connection, Behaviour behaviour) {
    try (connection) {
      Request request = read(new BufferedInputStream(connection.getInputStream()));
      requests.add(request);
      behaviour.serve(request, connection.getOutputStream());
      connection.getOutputStream().flush();
    } catch (Exception e) {
      // The client went away, or the test is over.
    }
  }

  private static Request read(InputStream in) throws IOException {
    String line = line(in);
    StringBuilder fields = new StringBuilder();
    int length = 0;
    boolean chunked = false;
    for (String field = line(in); !field.isEmpty(); field = line(in)) {
      int colon = field.indexOf(':');
      String name = field.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = field.substring(colon + 1).strip();
      fields.append(name).append(": ").append(value).append('\n');
      if (name.equals("content-length")) {
        length = Integer.parseInt(value);
      }
      chunked |= name.equals("transfer-encoding");
    }
    byte[] body = chunked ? chunks(in) : in.readNBytes(length);
    return new Request(line, fields.toString(), new String(body, StandardCharsets.UTF_8));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int size = Integer.parseInt(line(in), 16);
        size > 0;
        size = Integer.parseInt(line(in), 16)) {
      all.writeBytes(in.readNBytes(size));
      line(in);
    }
    line(in);
    return all.toByteArray();
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection ended");
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }
}
