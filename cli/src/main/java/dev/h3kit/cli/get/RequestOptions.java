package dev.h3kit.cli.get;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is asked for. */
final class RequestOptions {
  @Option(
      names = {"-X", "--request"},
      order = -19,
      paramLabel = "METHOD",
      description = "Method to use instead of GET, or of POST with -d.")
  @Nullable String method;

  @Option(
      names = {"-H", "--header"},
      order = -18,
      paramLabel = "LINE",
      description =
          "Field to send, 'Name: value'; 'Name:' leaves one out, 'Name;' sends it empty, @FILE reads"
              + " lines.")
  List<String> headers = new ArrayList<>();

  @Option(
      names = {"-I", "--head"},
      order = -17,
      description = "Fetch the header section only (HEAD) and print it.")
  boolean head;

  /** The parts of the form, in the order of the command line. */
  final List<FormField> form = new ArrayList<>();

  /** What -T named, one for each URL. */
  final List<String> uploads = new ArrayList<>();

  /** In the order of the command line, since all of them are joined. */
  final List<Data> data = new ArrayList<>();

  @Option(
      names = {"-d", "--data", "--data-ascii"},
      order = -16,
      paramLabel = "DATA",
      description =
          "Send DATA with POST as a form; @FILE reads a file without its line ends, @- stdin.")
  void data(String value) {
    data.add(new Data(Data.Kind.ASCII, value));
  }

  @Option(
      names = "--data-raw",
      order = -15,
      paramLabel = "DATA",
      description = "Like -d, but @ means nothing special.")
  void dataRaw(String value) {
    data.add(new Data(Data.Kind.RAW, value));
  }

  @Option(
      names = "--data-binary",
      order = -14,
      paramLabel = "DATA",
      description = "Like -d, but a file goes as it is.")
  void dataBinary(String value) {
    data.add(new Data(Data.Kind.BINARY, value));
  }

  @Option(
      names = "--data-urlencode",
      order = -13,
      paramLabel = "DATA",
      description = "Like -d, but encoded: CONTENT, =CONTENT, NAME=CONTENT, @FILE or NAME@FILE.")
  void dataUrlencode(String value) {
    data.add(new Data(Data.Kind.URLENCODE, value));
  }

  @Option(
      names = "--json",
      order = -12,
      paramLabel = "DATA",
      description = "Send DATA as JSON, and ask for JSON; @FILE and @- as with --data-binary.")
  void json(String value) {
    data.add(new Data(Data.Kind.JSON, value));
  }

  @Option(
      names = {"-F", "--form"},
      order = -11,
      paramLabel = "NAME=VALUE",
      description =
          "Send a form of several parts: NAME=TEXT, NAME=@FILE sends a file, NAME=<FILE its content;"
              + " ';type=' and ';filename=' may follow.")
  void form(String value) {
    form.add(new FormField(value, false));
  }

  @Option(
      names = "--form-string",
      order = -11,
      paramLabel = "NAME=TEXT",
      description = "Like -F, but nothing in TEXT is special.")
  void formString(String value) {
    form.add(new FormField(value, true));
  }

  @Option(
      names = {"-G", "--get"},
      order = -11,
      description = "Put the data of -d into the query, and GET.")
  boolean get;

  @Option(
      names = {"-T", "--upload-file"},
      order = -10,
      paramLabel = "FILE",
      description =
          "Send a file with PUT, '-' for stdin; a URL that ends in / gets the file's name. Once for"
              + " each URL.")
  void upload(String file) {
    uploads.add(file);
  }

  @Option(
      names = {"-A", "--user-agent"},
      paramLabel = "NAME",
      description = "Value of User-Agent; '' sends none.")
  @Nullable String userAgent;

  @Option(
      names = {"-e", "--referer"},
      paramLabel = "URL",
      description = "Value of Referer.")
  @Nullable String referer;

  @Option(
      names = {"-u", "--user"},
      paramLabel = "USER:PASSWORD",
      description = "Basic authentication.")
  @Nullable String user;

  @Option(names = "--oauth2-bearer", paramLabel = "TOKEN", description = "Bearer authentication.")
  @Nullable String bearer;

  @Option(
      names = {"-n", "--netrc"},
      description = "Take user and password from ~/.netrc.")
  boolean netrc;

  @Option(names = "--netrc-file", paramLabel = "FILE", description = "Like -n, from this file.")
  @Nullable String netrcFile;

  @Option(names = "--netrc-optional", description = "Like -n, if the file is there.")
  boolean netrcOptional;

  /** What -b gave: cookies, or names of files. */
  final List<String> cookies = new ArrayList<>();

  @Option(
      names = {"-b", "--cookie"},
      paramLabel = "DATA|FILE",
      description = "Cookies to send, 'a=1; b=2', or a file to read them from; several times.")
  void cookie(String value) {
    cookies.add(value);
  }

  @Option(
      names = {"-c", "--cookie-jar"},
      paramLabel = "FILE",
      description =
          "Keep cookies while it runs, and write them to FILE at the end; '-' for stdout.")
  @Nullable String cookieJar;

  @Option(
      names = {"-j", "--junk-session-cookies"},
      description = "Leave session cookies out that a file of -b has.")
  boolean junkSessionCookies;

  @Option(
      names = {"-r", "--range"},
      paramLabel = "RANGE",
      description = "Ask for a range of octets: 0-499, -500 or 500-.")
  @Nullable String range;

  @Option(names = "--compressed", description = "Ask for gzip or br, and undo it.")
  boolean compressed;

  /**
   * One part of a form.
   *
   * @param value as given
   * @param literal whether nothing in it is special
   */
  record FormField(String value, boolean literal) {}

  /**
   * One data option.
   *
   * @param kind which
   * @param value as given
   */
  record Data(Kind kind, String value) {
    /** The data options of curl. */
    enum Kind {
      ASCII,
      RAW,
      BINARY,
      URLENCODE,
      JSON
    }
  }
}
