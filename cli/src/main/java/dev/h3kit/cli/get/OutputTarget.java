package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.net.http.HttpHeaders;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Where the body of one URL goes. */
sealed interface OutputTarget {
  /** To standard output, unless a terminal could not show it. */
  OutputTarget STANDARD = new Standard(false);

  /** Opens it for a body that comes with these fields. */
  BodyOutput open(HttpHeaders headers, GetSettings settings) throws CommandFailure;

  /** The file it would go to if no field says otherwise; null for standard output. */
  @Nullable Path file(GetSettings settings) throws CommandFailure;

  /** The name on the command line, or in the URL. */
  String name() throws CommandFailure;

  /** {@code -o FILE}. */
  record Named(String name) implements OutputTarget {
    @Override
    public BodyOutput open(HttpHeaders headers, GetSettings settings) throws CommandFailure {
      return FileOutput.open(settings.place(), name, time(headers, settings));
    }

    @Override
    public Path file(GetSettings settings) throws CommandFailure {
      return settings.place().path(name);
    }
  }

  /**
   * {@code -O}: named by the first URL, also after redirects, as in curl; or by the server, if
   * {@code byServer}.
   */
  record Remote(String givenUrl, boolean byServer) implements OutputTarget {
    @Override
    public BodyOutput open(HttpHeaders headers, GetSettings settings) throws CommandFailure {
      FileTime time = time(headers, settings);
      if (byServer) {
        String field = headers.firstValue("content-disposition").orElse("");
        String proposed = ContentDisposition.fileName(field).orElse(null);
        if (proposed != null) {
          return FileOutput.open(settings.place().with(FilePlace.Existing.FAIL), proposed, time);
        }
      }
      return FileOutput.open(settings.place(), name(), time);
    }

    @Override
    public Path file(GetSettings settings) throws CommandFailure {
      return settings.place().path(name());
    }

    @Override
    public String name() throws CommandFailure {
      String path = TargetUrl.parse(givenUrl).path();
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw new CommandFailure(
            ExitCode.WRITE_ERROR, "-O finds no file name in " + givenUrl, "Name one with -o FILE.");
      }
      return name;
    }
  }

  /**
   * Standard output.
   *
   * @param asked whether it was named, with {@code -o -}
   */
  record Standard(boolean asked) implements OutputTarget {
    @Override
    public BodyOutput open(HttpHeaders headers, GetSettings settings) {
      return new StandardOutput(settings.terminal(), asked);
    }

    @Override
    public @Nullable Path file(GetSettings settings) {
      return null;
    }

    @Override
    public String name() {
      return "-";
    }
  }

  private static @Nullable FileTime time(HttpHeaders headers, GetSettings settings) {
    String modified = headers.firstValue("last-modified").orElse("");
    if (!settings.remoteTime() || modified.isEmpty()) {
      return null;
    }
    try {
      return FileTime.from(
          ZonedDateTime.parse(modified, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeException e) {
      return null;
    }
  }
}
