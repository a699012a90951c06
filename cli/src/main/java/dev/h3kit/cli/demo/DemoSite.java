package dev.h3kit.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A small site made on the spot, always the same: a page with 40 sub-resources, as many pages have
 * them: style sheets, scripts, pictures and data.
 */
public final class DemoSite {
  /** Where the page is. */
  public static final String PAGE = "/index.html";

  private static final int STYLES = 4;
  private static final int SCRIPTS = 8;
  private static final int PICTURES = 20;
  private static final int DATA = 8;
  private static final long SEED = 9114;

  private final Map<String, byte[]> files = new LinkedHashMap<>();

  /** Makes it. */
  public DemoSite() {
    Random random = new Random(SEED);
    StringBuilder head = new StringBuilder();
    StringBuilder body = new StringBuilder();
    Map<String, byte[]> parts = new LinkedHashMap<>();
    for (int i = 1; i <= STYLES; i++) {
      parts.put("/style/" + i + ".css", style(random, 40 + 90 * i));
      head.append("<link rel=\"stylesheet\" href=\"/style/").append(i).append(".css\">\n");
    }
    for (int i = 1; i <= SCRIPTS; i++) {
      parts.put("/script/" + i + ".js", script(random, 60 * i));
      head.append("<script src=\"/script/").append(i).append(".js\" defer></script>\n");
    }
    for (int i = 1; i <= PICTURES; i++) {
      parts.put("/picture/" + i + ".svg", picture(random, 10 * i));
      body.append("<img src=\"/picture/").append(i).append(".svg\" alt=\"\">\n");
    }
    for (int i = 1; i <= DATA; i++) {
      parts.put("/data/" + i + ".json", data(random, 25 * i));
      body.append("<a href=\"/data/").append(i).append(".json\">data ").append(i).append("</a>\n");
    }
    files.put(
        PAGE,
        text(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>h3 demo</title>\n"
                + head
                + "</head>\n<body>\n<h1>h3 demo</h1>\n"
                + body
                + "</body>\n</html>\n"));
    files.putAll(parts);
  }

  /** The files by path, the page first. */
  Map<String, byte[]> files() {
    return files;
  }

  /** Octets of all files. */
  long size() {
    return files.values().stream().mapToLong(content -> content.length).sum();
  }

  /** Writes the site into a folder. */
  public void writeTo(Path folder) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey().substring(1));
      Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.write(path, file.getValue());
    }
  }

  private static byte[] style(Random random, int rules) {
    StringBuilder css = new StringBuilder();
    for (int i = 0; i < rules; i++) {
      css.append(
          String.format(
              Locale.ROOT,
              ".c%d { color: #%06x; margin: %dpx; }\n",
              i,
              random.nextInt(1 << 24),
              random.nextInt(64)));
    }
    return text(css.toString());
  }

  private static byte[] script(Random random, int lines) {
    StringBuilder js = new StringBuilder("const values = [];\n");
    for (int i = 0; i < lines; i++) {
      js.append("values.push(").append(random.nextInt()).append(");\n");
    }
    return text(js.toString());
  }

  private static byte[] picture(Random random, int circles) {
    StringBuilder svg =
        new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 300\">\n");
    for (int i = 0; i < circles; i++) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#%06x\"/>\n",
              random.nextInt(400),
              random.nextInt(300),
              1 + random.nextInt(20),
              random.nextInt(1 << 24)));
    }
    return text(svg.append("</svg>\n").toString());
  }

  private static byte[] data(Random random, int rows) {
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < rows; i++) {
      json.append(i == 0 ? "" : ",\n");
      json.append("{\"id\":")
          .append(i)
          .append(",\"value\":")
          .append(random.nextInt(1 << 20))
          .append('}');
    }
    return text(json.append("]\n").toString());
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
