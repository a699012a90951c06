package dev.h3kit.cli.get.form;

import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A form of several parts as the content of a request (RFC 7578). Files are read while they are
 * sent. Immutable.
 */
public final class MultipartForm {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String boundary;
  private final List<Part> parts;

  /** A part and its content. */
  private record Part(FormPart about, Content content) {}

  /** A content that can be sent again and again. */
  @FunctionalInterface
  private interface Content {
    BodyPublisher publisher() throws FileNotFoundException;
  }

  private MultipartForm(String boundary, List<Part> parts) {
    this.boundary = boundary;
    this.parts = List.copyOf(parts);
  }

  /** Collects the parts of a form. Not thread-safe. */
  public static final class Builder {
    private final List<Part> parts = new ArrayList<>();

    /** Adds a part whose content is in memory. */
    public Builder add(FormPart part, byte[] octets) {
      byte[] own = octets.clone();
      parts.add(new Part(part, () -> BodyPublishers.ofByteArray(own)));
      return this;
    }

    /** Adds a part whose content is in a file. */
    public Builder add(FormPart part, Path file) {
      parts.add(new Part(part, () -> BodyPublishers.ofFile(file)));
      return this;
    }

    /** The form, with a boundary that nobody can foresee. */
    public MultipartForm build() {
      byte[] random = new byte[8];
      RANDOM.nextBytes(random);
      return new MultipartForm("-".repeat(24) + HexFormat.of().formatHex(random), parts);
    }
  }

  /** The value of its Content-Type field. */
  public String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  /** A publisher of the content, of known length unless a file is a pipe. */
  public BodyPublisher publisher() throws FileNotFoundException {
    List<BodyPublisher> pieces = new ArrayList<>();
    for (Part part : parts) {
      pieces.add(BodyPublishers.ofByteArray(head(part.about()).getBytes(StandardCharsets.UTF_8)));
      pieces.add(part.content().publisher());
      pieces.add(BodyPublishers.ofString("\r\n"));
    }
    pieces.add(BodyPublishers.ofString("--" + boundary + "--\r\n"));
    return BodyPublishers.concat(pieces.toArray(BodyPublisher[]::new));
  }

  private String head(FormPart part) {
    StringBuilder head = new StringBuilder("--").append(boundary).append("\r\n");
    head.append("Content-Disposition: form-data; name=\"").append(escaped(part.name())).append('"');
    if (part.fileName() != null) {
      head.append("; filename=\"").append(escaped(part.fileName())).append('"');
    }
    head.append("\r\n");
    if (part.type() != null) {
      head.append("Content-Type: ").append(part.type()).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  /** As browsers do it, so that no name can end its line or its quotes. */
  private static String escaped(String text) {
    return text.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
  }
}
