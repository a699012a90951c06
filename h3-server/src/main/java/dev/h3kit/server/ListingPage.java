package dev.h3kit.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** A page that lists a folder. */
final class ListingPage {
  /** A page of more rows than this is no use to a person and a weight to both sides. */
  static final int MOST_ENTRIES = 5_000;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

  private static final String FOLDER_ICON =
      "<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"M1.5 3.5a1 1 0 0 1 1-1h3.6l1.4"
          + " 1.6h6a1 1 0 0 1 1 1v7.4a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1z\"/></svg>";
  private static final String FILE_ICON =
      "<svg viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\"M3.5 1.5h5.6l3.4 3.4v9.1a.5.5 0 0"
          + " 1-.5.5h-8.5a.5.5 0 0 1-.5-.5v-12a.5.5 0 0 1 .5-.5zm5 1v3h3z\"/></svg>";

  private ListingPage() {}

  /** One row. */
  private record Entry(String name, boolean folder, long size, Instant modified) {}

  /** How the rows are sorted; folders always come first. */
  private enum Order {
    NAME("name", "Name"),
    SIZE("size", "Size"),
    TIME("time", "Changed");

    final String query;
    final String title;

    Order(String query, String title) {
      this.query = query;
      this.title = title;
    }

    Comparator<Entry> comparator() {
      Comparator<Entry> name =
          Comparator.comparing(Entry::name, String.CASE_INSENSITIVE_ORDER)
              .thenComparing(Entry::name);
      return switch (this) {
        case NAME -> name;
        case SIZE -> Comparator.comparingLong(Entry::size).thenComparing(name);
        case TIME -> Comparator.comparing(Entry::modified).thenComparing(name);
      };
    }
  }

  /** How a reader wants the rows, from the query. */
  private record Sorting(Order order, boolean descending) {
    static Sorting of(String query) {
      boolean descending = query.endsWith("-desc");
      String by = query.startsWith("sort=") ? query.substring(5) : "";
      for (Order order : Order.values()) {
        if (by.equals(order.query) || by.equals(order.query + "-desc")) {
          return new Sorting(order, descending);
        }
      }
      return new Sorting(Order.NAME, false);
    }

    Comparator<Entry> comparator() {
      Comparator<Entry> rows = descending ? order.comparator().reversed() : order.comparator();
      return Comparator.comparing(Entry::folder).reversed().thenComparing(rows);
    }

    /** A heading that sorts by its column, the other way round when it does already. */
    String heading(Order column) {
      boolean active = column == order;
      String value = column.query + (active && !descending ? "-desc" : "");
      return "<a href=\"?sort="
          + value
          + "\">"
          + column.title
          + (active ? descending ? " \u2193" : " \u2191" : "")
          + "</a>";
    }

    String aria(Order column) {
      return column != order ? "" : " aria-sort=\"" + (descending ? "de" : "a") + "scending\"";
    }
  }

  static void write(
      SitePath path,
      Path folder,
      SiteRoot root,
      Request request,
      Response response,
      Callback callback)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    boolean cut = read(path, folder, root, entries);
    String query = request.getHttpURI().getQuery();
    Sorting sorting = Sorting.of(query == null ? "" : query);
    entries.sort(sorting.comparator());
    byte[] page = html(path, entries, cut, sorting).getBytes(StandardCharsets.UTF_8);
    response.setStatus(HttpStatus.OK_200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/html;charset=utf-8");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, page.length);
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
    // Names of files are not ours: should one ever break out of its escaping, it still runs
    // nothing.
    response
        .getHeaders()
        .put(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
                + " form-action 'none'; frame-ancestors 'self'");
    if (HttpMethod.HEAD.is(request.getMethod())) {
      callback.succeeded();
    } else {
      response.write(true, ByteBuffer.wrap(page), callback);
    }
  }

  /** Collects what may be asked for; answers whether there is more than fits. */
  private static boolean read(SitePath path, Path folder, SiteRoot root, List<Entry> entries)
      throws IOException {
    try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
      for (Path child : names) {
        String name = child.getFileName().toString();
        if (!SitePath.harmless(name) || SitePath.hidden(name, path.segments().isEmpty())) {
          continue;
        }
        List<String> segments = new ArrayList<>(path.segments());
        segments.add(name);
        Optional<SiteRoot.Found> found;
        try {
          found = root.find(new SitePath(segments, false));
        } catch (AccessDeniedException e) {
          continue;
        }
        if (found.isEmpty()) {
          continue;
        }
        if (entries.size() == MOST_ENTRIES) {
          return true;
        }
        var attributes = found.get().attributes();
        entries.add(
            new Entry(
                name,
                attributes.isDirectory(),
                attributes.isDirectory() ? 0 : attributes.size(),
                attributes.lastModifiedTime().toInstant()));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return false;
  }

  private static String html(SitePath path, List<Entry> entries, boolean cut, Sorting sorting) {
    StringBuilder out = new StringBuilder(1024 + entries.size() * 400);
    out.append("<main>\n<h1>").append(crumbs(path)).append("</h1>\n<table>\n<thead><tr>");
    for (Order column : Order.values()) {
      out.append("<th scope=\"col\" class=\"")
          .append(column.query)
          .append('"')
          .append(sorting.aria(column))
          .append('>')
          .append(sorting.heading(column))
          .append("</th>");
    }
    out.append("</tr></thead>\n<tbody>\n");
    if (!path.segments().isEmpty()) {
      out.append("<tr class=\"folder\"><td class=\"name\"><a href=\"../\">" + FOLDER_ICON)
          .append(
              "<span>..</span></a></td><td class=\"size\"></td><td class=\"time\"></td></tr>\n");
    }
    for (Entry entry : entries) {
      row(out, entry);
    }
    if (entries.isEmpty()) {
      out.append("<tr><td class=\"empty\" colspan=\"3\">Nothing here</td></tr>\n");
    }
    out.append("</tbody>\n</table>\n<footer>").append(summary(entries, cut));
    out.append("</footer>\n</main>");
    String title = path.segments().isEmpty() ? "/" : path.segments().getLast() + "/";
    return Html.page(title, out.toString());
  }

  private static void row(StringBuilder out, Entry entry) {
    String slash = entry.folder() ? "/" : "";
    out.append(entry.folder() ? "<tr class=\"folder\">" : "<tr>")
        .append("<td class=\"name\"><a href=\"./")
        .append(Html.escape(PercentEncoding.segment(entry.name())))
        .append(slash)
        .append("\" title=\"")
        .append(Html.escape(entry.name()))
        .append("\">")
        .append(entry.folder() ? FOLDER_ICON : FILE_ICON)
        .append("<span>")
        .append(Html.escape(entry.name()))
        .append(slash)
        .append("</span></a></td><td class=\"size\">")
        .append(entry.folder() ? "" : ByteCount.text(entry.size()))
        .append("</td><td class=\"time\"><time datetime=\"")
        .append(entry.modified())
        .append("\">")
        .append(TIME.format(entry.modified().atZone(ZoneId.systemDefault())))
        .append("</time></td></tr>\n");
  }

  private static String crumbs(SitePath path) {
    StringBuilder out = new StringBuilder("<a href=\"/\">root</a>");
    StringBuilder href = new StringBuilder("/");
    for (String segment : path.segments()) {
      href.append(PercentEncoding.segment(segment)).append('/');
      out.append("<span class=\"sep\">/</span><a href=\"")
          .append(Html.escape(href.toString()))
          .append("\">")
          .append(Html.escape(segment))
          .append("</a>");
    }
    return out.toString();
  }

  private static String summary(List<Entry> entries, boolean cut) {
    long folders = entries.stream().filter(Entry::folder).count();
    long files = entries.size() - folders;
    long octets = entries.stream().mapToLong(Entry::size).sum();
    return (cut ? "The first " : "")
        + count(folders, "folder")
        + ", "
        + count(files, "file")
        + (files == 0 ? "" : ", " + ByteCount.text(octets));
  }

  private static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
