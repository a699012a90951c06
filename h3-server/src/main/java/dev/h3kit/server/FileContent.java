package dev.h3kit.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** Sends what is in a file, as response content, on the calling thread. */
final class FileContent {
  /** Large enough that frames and records are full, small enough for a hundred at a time. */
  private static final int BUFFER = 64 << 10;

  private FileContent() {}

  /** Sends all of it. */
  static void send(OpenFile file, Request request, Response response) throws IOException {
    send(file, new ByteRanges.Part(0, file.size() - 1), request, response);
  }

  /** Sends a part. */
  static void send(OpenFile file, ByteRanges.Part part, Request request, Response response)
      throws IOException {
    copy(file, part, true, request, response);
  }

  /** Sends several parts (RFC 9110 §14.6). */
  static void sendMultipart(
      OpenFile file, List<ByteRanges.Part> parts, Request request, Response response)
      throws IOException {
    String boundary = UUID.randomUUID().toString();
    List<byte[]> heads = new ArrayList<>();
    byte[] end = octets("\r\n--" + boundary + "--\r\n");
    long length = end.length;
    for (ByteRanges.Part part : parts) {
      byte[] head =
          octets(
              (heads.isEmpty() ? "--" : "\r\n--")
                  + boundary
                  + "\r\nContent-Type: "
                  + file.mediaType()
                  + "\r\nContent-Range: "
                  + part.contentRange(file.size())
                  + "\r\n\r\n");
      heads.add(head);
      length += head.length + part.length();
    }
    response
        .getHeaders()
        .put(HttpHeader.CONTENT_TYPE, "multipart/byteranges; boundary=" + boundary);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
    for (int i = 0; i < parts.size(); i++) {
      Content.Sink.write(response, false, ByteBuffer.wrap(heads.get(i)));
      copy(file, parts.get(i), false, request, response);
    }
    Content.Sink.write(response, true, ByteBuffer.wrap(end));
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void copy(
      OpenFile file, ByteRanges.Part part, boolean end, Request request, Response response)
      throws IOException {
    int capacity = (int) Math.min(BUFFER, part.length());
    RetainableByteBuffer.Mutable pooled =
        request.getComponents().getByteBufferPool().acquire(capacity, false);
    try {
      ByteBuffer buffer = pooled.getByteBuffer();
      long position = part.first();
      while (position <= part.last()) {
        buffer.clear();
        buffer.limit((int) Math.min(buffer.capacity(), part.last() - position + 1));
        int read = file.read(buffer, position);
        position += Math.max(0, read);
        boolean last = position > part.last();
        // The client was promised a length and an entity tag: rather no end than a false one.
        if (read < 0 || (last && file.changed())) {
          throw new IOException("the file changed while it was sent");
        }
        buffer.flip();
        Content.Sink.write(response, last && end, buffer);
      }
    } finally {
      pooled.release();
    }
  }
}
