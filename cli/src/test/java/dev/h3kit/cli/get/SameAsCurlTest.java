package dev.h3kit.cli.get;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.cli.Ran;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same command lines given to curl and to {@code h3 get}, over HTTP/2: the same exit code, the
 * same standard output, the same files.
 */
@Tag("programs")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SameAsCurlTest {
  private static final Path CURL = Path.of("/usr/bin/curl");

  private final TestSite files;
  private final TestSite echo;

  SameAsCurlTest(@TempDir Path shared) throws Exception {
    if (!Files.isExecutable(CURL)) {
      assertTrue(!Boolean.getBoolean("interop.required"), "curl is not installed");
      Assumptions.abort("curl is not installed");
    }
    files = TestSite.start(Files.createDirectory(shared.resolve("files")));
    echo = TestSite.start(Files.createDirectory(shared.resolve("echo")), new Echo());
  }

  @AfterAll
  void stop() {
    files.close();
    echo.close();
  }

  /** F is the server of files, E the one that echoes, X a closed port; ~ is a blank. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "F/text.txt",
        "F/empty -w %{http_code}|%{http_version}|%{size_download}|%{content_type}|%{num_redirects}",
        "F/large.bin -o out -w %{filename_effective}|%{size_download}|%{method}",
        "F/text.txt -O",
        "F/text.txt F/one -O -O",
        "F/{text.txt,one} -O -w %{urlnum};",
        "F/text.txt?[1-3] -o f_#1",
        "F/text.txt?[01-05:2] -o f_#1",
        "F/text.txt?{a,b}[x-z:2] -o f_#1_#2",
        "-g F/text.txt?[1-3] -w %{num_headers}",
        "F/[1-0]",
        "F/{a",
        "F/missing -w |%{http_code}|%{exitcode}",
        "-f F/missing -o out",
        "--fail-with-body E/status/404 -w |%{exitcode}",
        "-f E/status/500 F/one",
        "F/one -f E/status/500",
        "-r 1-3 F/text.txt",
        "-r -5 F/text.txt",
        "-r 100- F/text.txt -o out -w %{http_code}",
        "-C 20 F/text.txt",
        "-C - -o have F/text.txt",
        "-C - -o have E/norange",
        "-C 3 E/status/404",
        "-I F/text.txt -o headers -w %{http_code}|%{size_download}",
        "-L E/redirect/3 -w |%{num_redirects}|%{url_effective}|%{http_code}",
        "-L --max-redirs 2 E/redirect/3 -w |%{num_redirects}|%{redirect_url}",
        "E/redirect/1 -w |%{redirect_url}|%{http_code}",
        "-L -d a=b E/redirect/1",
        "-L -d a=b E/redirect307",
        "-L -X PUT -d a=b E/redirect/1",
        "-d a=1 -d b=2 E/echo",
        "-d @have E/echo",
        "--data-binary @lines E/echo",
        "--data-raw @have E/echo",
        "--data-urlencode a=x~y&z --data-urlencode =v~w E/echo",
        "-G -d a=1 --data-urlencode b=x~y E/echo?z",
        "--json {\"a\":1} E/echo",
        "-T have E/up/",
        "-T have E/up/name",
        "-T missing E/up/",
        "-F a=1 -F f=@have E/echo",
        "-F f=@have;type=x/y;filename=z -F g=<lines E/echo",
        "-F a=@missing E/echo",
        "-F a=1 -d b=2 E/echo",
        "-H X-One:~1 -H X-Two; -H Accept: E/echo",
        "-A me -e http://from/ E/echo",
        "-u user:pass E/echo",
        "--oauth2-bearer token E/echo",
        "-b a=1;~b=2 E/echo",
        "-c jar E/cookies E/echo -w |%{http_code}",
        "-b jar-given -c jar2 E/echo",
        "-b jar-given -L E/redirect/1",
        "--compressed E/gzip",
        "E/gzip -o out",
        "--compressed E/badgzip -o out",
        "-OJ E/cd",
        "-OJ E/cd E/cd",
        "-J -O -C - E/cd",
        "--no-clobber -o have F/one",
        "--max-filesize 10 F/text.txt -o out",
        "--max-filesize 10k F/text.txt",
        "--limit-rate 1M F/text.txt",
        "--limit-rate x F/text.txt",
        "--output-dir made --create-dirs -o in/out F/one",
        "--output-dir nowhere -o out F/one",
        "--path-as-is E/echo/../x",
        "E/echo/../x",
        "-K config -w %{url_effective}",
        "-K missing",
        "--next-nope F/one",
        "-d a=1 E/echo --next -k E/echo",
        "X/",
        "-Z X/ F/one -o out",
        "--fail-early X/ F/one",
        "--retry 1 --retry-delay 1 -f E/status/503 -w %{http_code}",
        "-w %{http_code}\\n%{nope}%%|%header{x-answer} E/echo -o out",
        "-w %{onerror}never F/one",
        "-X DELETE E/echo",
        "-o - F/one",
        "-s",
        "-T have F/one -w |%{http_code} -o out",
        "-w %{size_upload}|%{num_connects} -d 12345 E/echo -o out",
        "-n --netrc-file netrc E/echo"
      })
  void bothDoTheSame(String line, @TempDir Path folder) throws Exception {
    Path theirs = prepared(folder.resolve("curl"));
    Path ours = prepared(folder.resolve("h3"));
    List<String> command = new ArrayList<>();
    command.add(CURL.toString());
    command.addAll(List.of("-q", "-s", "--http2", "-k"));
    command.addAll(words(line, theirs));
    Process curl =
        new ProcessBuilder(command)
            .directory(theirs.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    curl.getOutputStream().close();
    String said = text(curl.getInputStream().readAllBytes(), theirs);
    assertTrue(curl.waitFor(30, TimeUnit.SECONDS));

    List<String> get = new ArrayList<>(List.of("get", "-s", "--http2", "-k"));
    get.addAll(words(line, ours));
    Ran ran = Ran.h3(get.toArray(String[]::new));
    assertEquals(curl.exitValue(), ran.exit(), line + "\n" + ran);
    assertEquals(said, text(ran.octets(), ours), line + "\n" + ran);
    if (ran.exit() == 0 || line.startsWith("-OJ")) {
      assertEquals(contents(theirs), contents(ours), line);
    }
  }

  /**
   * The words of a line; names of files are relative to a folder, which only curl can be run in.
   */
  private List<String> words(String line, Path folder) throws IOException {
    String closed = "https://127.0.0.1:" + ClosedPorts.tcpAndUdp();
    List<String> words = new ArrayList<>();
    for (String word : line.split(" ", -1)) {
      String real =
          word.replaceFirst("^F/", files.url("/"))
              .replaceFirst("^E/", echo.url("/"))
              .replaceFirst("^X/", closed + "/")
              .replace('~', ' ');
      String before = words.isEmpty() ? "" : words.getLast();
      boolean file =
          List.of("-o", "-T", "-c", "-K", "--netrc-file", "--output-dir").contains(before)
              && !word.equals("-");
      if (file && !(before.equals("-o") && line.contains("--output-dir"))) {
        real = folder.resolve(real).toString();
      }
      if (before.equals("-b") && !word.contains("=")) {
        real = folder.resolve(real).toString();
      }
      real = real.replaceFirst("^@", "@" + folder + "/");
      if (before.equals("-F")) {
        real = real.replaceFirst("=([@<])", "=$1" + folder + "/");
      }
      if (before.equals("--data-raw")) {
        real = word;
      }
      words.add(real);
    }
    if (words.stream().anyMatch(w -> w.matches("-O|-OJ")) && !line.contains("--output-dir")) {
      words.addAll(0, List.of("--output-dir", folder.toString()));
    }
    return words;
  }

  private Path prepared(Path folder) throws IOException {
    Files.createDirectory(folder);
    Files.writeString(folder.resolve("have"), "abc");
    Files.writeString(folder.resolve("lines"), "one\r\ntwo\n");
    Files.writeString(folder.resolve("netrc"), "machine localhost login u password p\n");
    Files.writeString(
        folder.resolve("config"), "# of the test\nurl = \"" + files.url("/one") + "\"\nsilent\n");
    Files.writeString(
        folder.resolve("jar-given"),
        "localhost\tFALSE\t/\tFALSE\t0\tgiven\t1\n.other.test\tTRUE\t/\tFALSE\t0\tno\t1\n");
    return folder;
  }

  /** Output without what differs between two runs. */
  private static String text(byte[] octets, Path folder) {
    return new String(octets, StandardCharsets.ISO_8859_1)
        .replace(folder.toString(), "FOLDER")
        .replaceAll("-{24}[0-9a-f]{16}", "BOUNDARY");
  }

  /** The files below a folder, by name. */
  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String text = text(Files.readAllBytes(file), folder);
        if (file.getFileName().toString().startsWith("jar")) {
          text = text.replaceAll("(?m)^# .*", "").replaceAll("\t[0-9]{10}\t", "\tTIME\t");
          text = String.join("\n", Arrays.stream(text.split("\n")).sorted().toList());
        } else if (file.endsWith("headers")) {
          text = String.join("\n", Arrays.stream(text.split("\n")).sorted().toList());
        }
        contents.put(folder.relativize(file).toString(), text);
      }
    }
    return contents;
  }

  /** Answers with what was asked, and in a few odd ways. */
  private static final class Echo extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      String path = Request.getPathInContext(request);
      String[] parts = path.split("/", -1);
      switch (parts.length > 1 ? parts[1] : "") {
        case "status" -> {
          response.setStatus(Integer.parseInt(parts[2]));
          answer(response, callback, "status".getBytes(StandardCharsets.UTF_8));
        }
        case "redirect" -> {
          int left = Integer.parseInt(parts[2]) - 1;
          response.setStatus(302);
          response.getHeaders().put("Location", left == 0 ? "/echo" : "/redirect/" + left);
          answer(response, callback, "moved".getBytes(StandardCharsets.UTF_8));
        }
        case "redirect307" -> {
          response.setStatus(307);
          response.getHeaders().put("Location", "/echo");
          answer(response, callback, "moved".getBytes(StandardCharsets.UTF_8));
        }
        case "cookies" -> {
          response.getHeaders().add("Set-Cookie", "a=1; Path=/");
          response.getHeaders().add("Set-Cookie", "b=2; Path=/; Max-Age=1000; Secure; HttpOnly");
          response.getHeaders().add("Set-Cookie", "c=3; Path=/none");
          response.getHeaders().add("Set-Cookie", "d=4; Domain=other.test");
          answer(response, callback, new byte[0]);
        }
        case "cd" -> {
          response.getHeaders().put("Content-Disposition", "attachment; filename=\"../named.txt\"");
          answer(response, callback, "named".getBytes(StandardCharsets.UTF_8));
        }
        case "gzip", "badgzip" -> {
          response.getHeaders().put("Content-Encoding", "gzip");
          ByteArrayOutputStream coded = new ByteArrayOutputStream();
          try (GZIPOutputStream gzip = new GZIPOutputStream(coded)) {
            gzip.write("plain".repeat(100).getBytes(StandardCharsets.UTF_8));
          }
          boolean bad = parts[1].equals("badgzip");
          answer(
              response,
              callback,
              bad ? "<html>".getBytes(StandardCharsets.UTF_8) : coded.toByteArray());
        }
        default -> echo(request, response, callback);
      }
      return true;
    }

    private static void echo(Request request, Response response, Callback callback)
        throws IOException {
      StringBuilder text = new StringBuilder(request.getMethod()).append(' ');
      text.append(request.getHttpURI().getPathQuery()).append('\n');
      List<String> fields = new ArrayList<>();
      for (HttpField field : request.getHeaders()) {
        String name = field.getLowerCaseName();
        boolean own = name.equals("user-agent") && field.getValue().matches("(curl|h3kit).*");
        if (!own && !name.equals("host") && !name.startsWith(":")) {
          // The order of cookies whose paths are alike is one's own.
          String value =
              name.equals("cookie")
                  ? String.join("; ", Arrays.stream(field.getValue().split("; ")).sorted().toList())
                  : field.getValue();
          fields.add(name + ": " + value);
        }
      }
      fields.stream().sorted().forEach(line -> text.append(line).append('\n'));
      text.append(Content.Source.asString(request, StandardCharsets.UTF_8));
      response.getHeaders().put("X-Answer", "42");
      answer(response, callback, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void answer(Response response, Callback callback, byte[] body) {
      response.getHeaders().put("Content-Type", "text/plain");
      response.getHeaders().put("Content-Length", body.length);
      response.write(true, ByteBuffer.wrap(body), callback);
    }
  }
}
