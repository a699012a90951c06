package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.get.RequestOptions.Data;
import dev.h3kit.cli.get.form.FormPart;
import dev.h3kit.cli.get.form.MultipartForm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the plan of a request from its options, by curl's rules. */
final class RequestPlanner {
  private final RequestOptions options;
  private final Terminal terminal;
  private final String userAgent;

  RequestPlanner(RequestOptions options, Terminal terminal, String userAgent) {
    this.options = options;
    this.terminal = terminal;
    this.userAgent = userAgent;
  }

  /** The plan of requests that upload nothing. */
  RequestPlan plan() throws CommandFailure {
    return plan(null);
  }

  /**
   * The plan of a request.
   *
   * @param upload what -T sends with it, or null
   */
  RequestPlan plan(@Nullable String upload) throws CommandFailure {
    boolean dataInBody = !options.data.isEmpty() && !options.get;
    boolean form = !options.form.isEmpty();
    int kinds = (options.head ? 1 : 0) + (dataInBody ? 1 : 0) + (form ? 1 : 0);
    if (kinds + (options.uploads.isEmpty() ? 0 : 1) > 1) {
      throw new CommandFailure(
          ExitCode.USAGE, "-I, -d, -F and -T ask for different methods: give one of them", null);
    }
    RequestBody body =
        form ? form() : dataInBody ? dataBody() : upload != null ? upload(upload) : null;
    String query = options.get && !options.data.isEmpty() ? text(joined()) : null;
    boolean posted = dataInBody || form;
    String usual = options.head ? "HEAD" : posted ? "POST" : upload != null ? "PUT" : "GET";
    String method = options.method == null ? usual : options.method;
    if (!token(method)) {
      throw new CommandFailure(ExitCode.USAGE, "'" + method + "' is not a method", null);
    }
    return new RequestPlan(
        method, options.method != null, posted, headers(dataInBody, body), body, query);
  }

  private List<HeaderLine> headers(boolean dataInBody, @Nullable RequestBody body)
      throws CommandFailure {
    Map<String, HeaderLine> defaults = new LinkedHashMap<>();
    add(defaults, "User-Agent", options.userAgent == null ? userAgent : options.userAgent);
    boolean json = options.data.stream().anyMatch(d -> d.kind() == Data.Kind.JSON);
    add(defaults, "Accept", json ? "application/json" : "*/*");
    if (options.compressed) {
      add(defaults, "Accept-Encoding", "gzip, br");
    }
    if (options.range != null) {
      add(defaults, "Range", "bytes=" + options.range);
    }
    if (options.user != null) {
      add(defaults, "Authorization", basic(options.user));
    }
    if (options.bearer != null) {
      add(defaults, "Authorization", "Bearer " + options.bearer);
    }
    if (options.referer != null) {
      add(defaults, "Referer", options.referer);
    }
    for (String cookie : options.cookies) {
      if (cookie.contains("=")) {
        HeaderLine before = defaults.get("cookie");
        add(defaults, "Cookie", before == null ? cookie : before.value() + "; " + cookie);
      }
    }
    if (body instanceof RequestBody.Form(MultipartForm form)) {
      add(defaults, "Content-Type", form.contentType());
    }
    if (dataInBody) {
      add(
          defaults,
          "Content-Type",
          json ? "application/json" : "application/x-www-form-urlencoded");
    }
    List<HeaderLine> own = new ArrayList<>();
    for (String line : headerLines()) {
      own(line, defaults, own);
    }
    List<HeaderLine> all = new ArrayList<>(defaults.values());
    all.addAll(own);
    return all;
  }

  private static void add(Map<String, HeaderLine> defaults, String name, String value)
      throws CommandFailure {
    if (value.isEmpty()) {
      return;
    }
    check(name, value);
    HeaderLine line = new HeaderLine(name, value);
    defaults.put(line.lowerName(), line);
  }

  private static void own(String line, Map<String, HeaderLine> defaults, List<HeaderLine> own)
      throws CommandFailure {
    int colon = line.indexOf(':');
    if (colon < 0 && line.endsWith(";")) {
      HeaderLine empty = new HeaderLine(line.substring(0, line.length() - 1).strip(), "");
      check(empty.name(), "");
      defaults.remove(empty.lowerName());
      own.add(empty);
      return;
    }
    if (colon < 0) {
      throw new CommandFailure(
          ExitCode.USAGE, "-H '" + line + "' has no colon", "Write it as 'Name: value'.");
    }
    HeaderLine header =
        new HeaderLine(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
    check(header.name(), header.value());
    defaults.remove(header.lowerName());
    if (!header.value().isEmpty()) {
      own.add(header);
    }
  }

  /** RFC 9110 §5.1 and §5.5: a name is a token, a value holds no control characters but tab. */
  private static void check(String name, String value) throws CommandFailure {
    boolean clean = value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f && c <= 0xff));
    if (!token(name)) {
      throw new CommandFailure(ExitCode.USAGE, "'" + name + "' is not a field name", null);
    }
    if (!clean) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "the value of field " + name + " holds a character that no field may carry",
          null);
    }
  }

  private static boolean token(String text) {
    return text.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  }

  private List<String> headerLines() throws CommandFailure {
    List<String> lines = new ArrayList<>();
    for (String header : options.headers) {
      if (header.startsWith("@")) {
        text(read(header.substring(1))).lines().filter(l -> !l.isBlank()).forEach(lines::add);
      } else {
        lines.add(header);
      }
    }
    return lines;
  }

  private RequestBody dataBody() throws CommandFailure {
    if (options.data.size() == 1) {
      Data only = options.data.getFirst();
      boolean whole = only.kind() == Data.Kind.BINARY || only.kind() == Data.Kind.JSON;
      if (whole && only.value().startsWith("@") && !only.value().equals("@-")) {
        return new RequestBody.OfFile(readable(only.value().substring(1)));
      }
    }
    return new RequestBody.Octets(joined());
  }

  private RequestBody form() throws CommandFailure {
    MultipartForm.Builder form = new MultipartForm.Builder();
    for (RequestOptions.FormField field : options.form) {
      FormPart part =
          field.literal() ? FormPart.literal(field.value()) : FormPart.parse(field.value());
      switch (part.source()) {
        case FormPart.Source.Text(String text) -> form.add(part, utf8(text));
        case FormPart.Source.InFile(String file) -> {
          if (file.equals("-")) {
            form.add(part, read(file));
          } else {
            form.add(part, readable(file));
          }
        }
      }
    }
    return new RequestBody.Form(form.build());
  }

  private RequestBody upload(String name) throws CommandFailure {
    return name.equals("-") || name.equals(".")
        ? new RequestBody.Standard(terminal.in())
        : new RequestBody.OfFile(readable(name));
  }

  private byte[] joined() throws CommandFailure {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    Data.@Nullable Kind before = null;
    for (Data data : options.data) {
      if (before != null && data.kind() != Data.Kind.JSON) {
        joined.write('&');
      }
      joined.writeBytes(octets(data));
      before = data.kind();
    }
    return joined.toByteArray();
  }

  private byte[] octets(Data data) throws CommandFailure {
    String value = data.value();
    return switch (data.kind()) {
      case RAW -> utf8(value);
      case BINARY, JSON -> value.startsWith("@") ? read(value.substring(1)) : utf8(value);
      case ASCII -> value.startsWith("@") ? withoutLineEnds(read(value.substring(1))) : utf8(value);
      case URLENCODE -> utf8(urlencoded(value));
    };
  }

  private String urlencoded(String value) throws CommandFailure {
    int equals = value.indexOf('=');
    int at = value.indexOf('@');
    if (equals >= 0 && (at < 0 || equals < at)) {
      String name = value.substring(0, equals);
      return (name.isEmpty() ? "" : name + "=") + encode(utf8(value.substring(equals + 1)));
    }
    if (at >= 0) {
      String name = value.substring(0, at);
      return (name.isEmpty() ? "" : name + "=") + encode(read(value.substring(at + 1)));
    }
    return encode(utf8(value));
  }

  private static String encode(byte[] octets) {
    return URLEncoder.encode(
            new String(octets, StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1)
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static byte[] withoutLineEnds(byte[] octets) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(octets.length);
    for (byte octet : octets) {
      if (octet != '\r' && octet != '\n' && octet != 0) {
        kept.write(octet);
      }
    }
    return kept.toByteArray();
  }

  private byte[] read(String name) throws CommandFailure {
    try {
      return name.equals("-") ? terminal.in().readAllBytes() : Files.readAllBytes(readable(name));
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static Path readable(String name) throws CommandFailure {
    try {
      Path file = Path.of(name);
      if (!Files.exists(file)) {
        throw unreadable(name, new NoSuchFileException(name));
      }
      if (Files.isDirectory(file)) {
        throw unreadable(name, new IOException("it is a folder"));
      }
      if (!Files.isReadable(file)) {
        throw unreadable(name, new IOException("permission denied"));
      }
      return file;
    } catch (InvalidPathException e) {
      throw unreadable(name, new IOException(e.getReason(), e));
    }
  }

  private static CommandFailure unreadable(String name, IOException e) {
    String why = e instanceof NoSuchFileException ? "no such file" : String.valueOf(e.getMessage());
    return new CommandFailure(ExitCode.READ_ERROR, "cannot read " + name + ": " + why, null, e);
  }

  static String basic(String userAndPassword) {
    return "Basic " + Base64.getEncoder().encodeToString(utf8(userAndPassword));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] octets) {
    return new String(octets, StandardCharsets.UTF_8);
  }
}
