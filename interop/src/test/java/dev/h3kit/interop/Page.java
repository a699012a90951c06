package dev.h3kit.interop;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A page of a site with sub-resources that a browser fetches by itself.
 *
 * @param name the page's file name
 * @param resources the file names of what it loads
 */
record Page(String name, List<String> resources) {

  /** Writes a page with a style sheet, a script and images. */
  static Page in(Site site, int images) throws IOException {
    site.withText("style.css", "body { background: #fff; }\n");
    site.withText("script.js", "document.title = 'loaded';\n");
    List<String> pictures =
        IntStream.range(0, images).mapToObj(i -> "picture-" + i + ".svg").toList();
    StringBuilder html =
        new StringBuilder(
            "<!DOCTYPE html><title>page</title><link rel=icon href=data:,><link rel=stylesheet href=style.css>\n<script src=script.js></script>\n");
    for (String picture : pictures) {
      site.withText(
          picture,
          "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'><desc>"
              + picture.repeat(200)
              + "</desc></svg>\n");
      html.append("<img src=").append(picture).append(">\n");
    }
    site.withText("page.html", html.toString());
    return new Page(
        "page.html",
        Stream.concat(Stream.of("style.css", "script.js"), pictures.stream()).toList());
  }
}
