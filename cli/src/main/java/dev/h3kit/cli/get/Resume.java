package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A download that goes on where an earlier one stopped ({@code -C}).
 *
 * @param offset octets that are there
 * @param file where they are, or null
 * @param etag what the server called the version they are of, or null if that is not known
 */
record Resume(long offset, @Nullable Path file, @Nullable String etag) {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (?:(\\d{1,18})-(\\d{1,18})|\\*)/(\\d{1,18}|\\*)");
  private static final int PARTIAL_CONTENT = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  /** What a response means for the download. */
  enum Answer {
    /** The rest comes. */
    REST,
    /** All of it comes, because it has changed. */
    WHOLE,
    /** Nothing is missing. */
    DONE
  }

  /**
   * Reads what {@code -C} says.
   *
   * @param file where the body goes, or null for standard output
   */
  static Resume of(String given, @Nullable Path file) throws CommandFailure {
    if (!given.equals("-")) {
      if (!given.matches("[0-9]{1,18}")) {
        throw new CommandFailure(
            ExitCode.USAGE, "-C needs a number of octets or '-', not '" + given + "'", null);
      }
      return new Resume(Long.parseLong(given), file, null);
    }
    try {
      if (file == null || !Files.isRegularFile(file)) {
        return new Resume(0, file, null);
      }
      return new Resume(Files.size(file), file, VersionMark.read(file));
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.WRITE_ERROR, "cannot go on with " + file + ": " + e.getMessage(), null, e);
    }
  }

  /** The request that asks for the rest. */
  RequestPlan asked(RequestPlan plan) {
    if (offset == 0) {
      return plan;
    }
    RequestPlan part = plan.with(new HeaderLine("Range", "bytes=" + offset + "-"));
    // RFC 9110 §13.1.5: "if the representation is unchanged, send me the part(s) that I am
    // requesting in Range; otherwise, send me the entire representation."
    return etag == null ? part : part.with(new HeaderLine("If-Range", etag));
  }

  /** What the response is. */
  Answer answer(TargetUrl url, int status, HttpHeaders headers) throws CommandFailure {
    if (offset == 0) {
      return Answer.WHOLE;
    }
    Matcher range = CONTENT_RANGE.matcher(headers.firstValue("content-range").orElse(""));
    boolean ranged = range.matches();
    if (status == PARTIAL_CONTENT) {
      String now = headers.firstValue("etag").orElse(null);
      if (etag != null && now != null && !etag.equals(now)) {
        throw cannot(url, "it has changed since the first part came");
      }
      if (!ranged || range.group(1) == null || Long.parseLong(range.group(1)) != offset) {
        throw cannot(url, "the server sends another part than the one asked for");
      }
      return Answer.REST;
    }
    if (status == RANGE_NOT_SATISFIABLE) {
      boolean shorter =
          ranged && !range.group(3).equals("*") && Long.parseLong(range.group(3)) < offset;
      if (shorter) {
        throw cannot(url, "it has " + range.group(3) + " octets, and " + offset + " are here");
      }
      return Answer.DONE;
    }
    if (headers.firstValueAsLong("content-length").orElse(-1) == offset && etag == null) {
      return Answer.DONE; // as in curl: what is there is as long as the whole
    }
    if (etag != null && status == 200) {
      return Answer.WHOLE;
    }
    throw cannot(url, "the server does not send parts of it (status " + status + ")");
  }

  private CommandFailure cannot(TargetUrl url, String why) {
    return new CommandFailure(
        ExitCode.RANGE_ERROR,
        "cannot go on with " + url + " at " + offset + ": " + why,
        "Without -C it is fetched as a whole.");
  }
}
