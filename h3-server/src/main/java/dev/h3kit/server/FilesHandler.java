package dev.h3kit.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers GET and HEAD with files, their index files and listings of folders.
 *
 * <p>Jetty's ResourceHandler is not used because it ignores If-Range (RFC 9110 §13.1.5 asks for it
 * wherever Range is served), has no cap on ranges, reads whole files for HEAD, and looks links up
 * before it opens.
 */
final class FilesHandler extends Handler.Abstract {
  private static final List<String> INDEX = List.of("index.html", "index.htm");
  private static final HttpField ALLOW =
      new PreEncodedHttpField(HttpHeader.ALLOW, "GET, HEAD, OPTIONS");
  private static final HttpField ACCEPT_RANGES =
      new PreEncodedHttpField(HttpHeader.ACCEPT_RANGES, "bytes");

  /** Caches keep what they have but ask before they use it: a developer wants to see the change. */
  private static final HttpField CACHE_CONTROL =
      new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-cache");

  /** Content of a refused request that is read, in octets. */
  private static final long DISCARDED = 1 << 20;

  private final SiteRoot root;

  FilesHandler(SiteRoot root) {
    this.root = root;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String method = request.getMethod();
    if (HttpMethod.OPTIONS.is(method)) {
      response.getHeaders().put(ALLOW);
      response.setStatus(HttpStatus.NO_CONTENT_204);
      callback.succeeded();
    } else if (!HttpMethod.GET.is(method) && !HttpMethod.HEAD.is(method)) {
      discardContent(request);
      // RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field"
      response.getHeaders().put(ALLOW);
      Response.writeError(request, response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
    } else {
      get(request, response, callback);
    }
    return true;
  }

  /**
   * Reads what a client sends with a method that is not allowed, within reason: many clients look
   * at the answer only when they have sent all, and Jetty resets an HTTP/2 stream that is answered
   * before, which can cost them the answer.
   */
  private static void discardContent(Request request) throws IOException {
    if (request.getLength() == 0 || request.getHeaders().contains(HttpHeader.EXPECT)) {
      return;
    }
    InputStream content = Content.Source.asInputStream(request);
    byte[] buffer = new byte[8 << 10];
    long total = 0;
    for (int n = 0; n >= 0 && total < DISCARDED; n = content.read(buffer)) {
      total += n;
    }
  }

  private void get(Request request, Response response, Callback callback) throws Exception {
    String rawPath = request.getHttpURI().getPath();
    Optional<SitePath> path = rawPath == null ? Optional.empty() : SitePath.parse(rawPath);
    if (rawPath == null || path.isEmpty()) {
      Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
      return;
    }
    try {
      Optional<SiteRoot.Found> found = root.find(path.get());
      if (found.isEmpty()) {
        Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
      } else if (found.get().attributes().isDirectory()) {
        directory(path.get(), found.get(), request, response, callback);
      } else if (path.get().directory()) {
        Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
      } else {
        file(found.get(), request, response, callback);
      }
    } catch (AccessDeniedException e) {
      Response.writeError(
          request,
          response,
          callback,
          HttpStatus.FORBIDDEN_403,
          "The server has no permission to read this file.");
    }
  }

  private void directory(
      SitePath path, SiteRoot.Found found, Request request, Response response, Callback callback)
      throws Exception {
    if (!path.directory()) {
      // Relative links in the page need the slash. The path holds no empty segment, so that the
      // target cannot begin with two slashes, which would name another host.
      String query = request.getHttpURI().getQuery();
      response.getHeaders().put(CACHE_CONTROL);
      response
          .getHeaders()
          .put(
              HttpHeader.LOCATION,
              request.getHttpURI().getPath() + "/" + (query == null ? "" : "?" + query));
      response.setStatus(HttpStatus.FOUND_302);
      callback.succeeded();
      return;
    }
    for (String name : INDEX) {
      List<String> segments = new ArrayList<>(path.segments());
      segments.add(name);
      Optional<SiteRoot.Found> index = root.find(new SitePath(segments, false));
      if (index.isPresent() && index.get().attributes().isRegularFile()) {
        file(index.get(), request, response, callback);
        return;
      }
    }
    ListingPage.write(path, found.path(), root, request, response, callback);
  }

  private void file(SiteRoot.Found found, Request request, Response response, Callback callback)
      throws IOException {
    try (OpenFile file = OpenFile.open(found)) {
      HttpFields asked = request.getHeaders();
      HttpFields.Mutable answer = response.getHeaders();
      answer.put(CACHE_CONTROL);
      answer.put(HttpHeader.ETAG, file.etag());
      answer.put(HttpHeader.LAST_MODIFIED, DateGenerator.formatDate(file.modified()));
      Preconditions preconditions = new Preconditions(file.etag(), file.modified());
      switch (preconditions.evaluate(asked)) {
        case NOT_MODIFIED -> {
          response.setStatus(HttpStatus.NOT_MODIFIED_304);
          callback.succeeded();
        }
        case FAILED ->
            Response.writeError(request, response, callback, HttpStatus.PRECONDITION_FAILED_412);
        case PROCEED -> {
          answer.put(ACCEPT_RANGES);
          // RFC 9110 §14.2: "A server MUST ignore a Range header field received with a request
          // method that is unrecognized or for which range handling is not defined."
          boolean ranged =
              HttpMethod.GET.is(request.getMethod()) && preconditions.rangeApplies(asked);
          ByteRanges ranges =
              ranged
                  ? ByteRanges.parse(asked.getValuesList(HttpHeader.RANGE), file.size())
                  : new ByteRanges.Everything();
          content(file, ranges, request, response, callback);
        }
      }
    }
  }

  private static void content(
      OpenFile file, ByteRanges ranges, Request request, Response response, Callback callback)
      throws IOException {
    HttpFields.Mutable answer = response.getHeaders();
    switch (ranges) {
      case ByteRanges.Everything() -> {
        response.setStatus(HttpStatus.OK_200);
        answer.put(HttpHeader.CONTENT_TYPE, file.mediaType());
        answer.put(HttpHeader.CONTENT_LENGTH, file.size());
        if (!HttpMethod.HEAD.is(request.getMethod()) && file.size() > 0) {
          FileContent.send(file, request, response);
        }
        callback.succeeded();
      }
      case ByteRanges.Unsatisfiable() -> {
        answer.put(HttpHeader.CONTENT_RANGE, "bytes */" + file.size());
        Response.writeError(request, response, callback, HttpStatus.RANGE_NOT_SATISFIABLE_416);
      }
      case ByteRanges.Parts(List<ByteRanges.Part> parts) -> {
        response.setStatus(HttpStatus.PARTIAL_CONTENT_206);
        if (parts.size() == 1) {
          ByteRanges.Part part = parts.getFirst();
          answer.put(HttpHeader.CONTENT_TYPE, file.mediaType());
          answer.put(HttpHeader.CONTENT_RANGE, part.contentRange(file.size()));
          answer.put(HttpHeader.CONTENT_LENGTH, part.length());
          FileContent.send(file, part, request, response);
        } else {
          FileContent.sendMultipart(file, parts, request, response);
        }
        callback.succeeded();
      }
    }
  }
}
