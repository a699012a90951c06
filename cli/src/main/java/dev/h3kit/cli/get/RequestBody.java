package dev.h3kit.cli.get;

import dev.h3kit.cli.get.form.MultipartForm;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;

/** The content of a request. */
sealed interface RequestBody {

  /** A publisher of the content; each attempt to send takes a new one. */
  BodyPublisher publisher() throws FileNotFoundException;

  /** Content in memory. */
  final class Octets implements RequestBody {
    private final byte[] octets;

    Octets(byte[] octets) {
      this.octets = octets.clone();
    }

    @Override
    public BodyPublisher publisher() {
      return BodyPublishers.ofByteArray(octets);
    }
  }

  /** A form of several parts; its files are read while they are sent. */
  record Form(MultipartForm form) implements RequestBody {
    @Override
    public BodyPublisher publisher() throws FileNotFoundException {
      return form.publisher();
    }
  }

  /** A file, read while it is sent. */
  record OfFile(Path file) implements RequestBody {
    @Override
    public BodyPublisher publisher() throws FileNotFoundException {
      return BodyPublishers.ofFile(file);
    }
  }

  /** Standard input, of unknown length: it can be sent once. */
  record Standard(InputStream in) implements RequestBody {
    @Override
    public BodyPublisher publisher() {
      return BodyPublishers.ofInputStream(() -> in);
    }
  }
}
