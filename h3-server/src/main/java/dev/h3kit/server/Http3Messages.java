package dev.h3kit.server;

import dev.h3kit.core.RequestHead;
import dev.h3kit.core.ResponseHead;
import dev.h3kit.qpack.FieldLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.util.HostPort;

/** Translates messages between Jetty's form and ours. */
final class Http3Messages {
  /**
   * RFC 9114 §4.2: "An endpoint MUST NOT generate an HTTP/3 field section containing
   * connection-specific fields".
   */
  private static final Set<String> CONNECTION_SPECIFIC =
      Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

  private Http3Messages() {}

  /**
   * The request as Jetty knows it.
   *
   * @throws HttpException.RuntimeException if the target is not one, status 400
   */
  static MetaData.Request request(RequestHead head) {
    HttpFields.Mutable fields = fields(head.fields());
    String length = fields.get(HttpHeader.CONTENT_LENGTH);
    return new MetaData.Request(
        head.method(),
        uri(head),
        HttpVersion.HTTP_3,
        fields.asImmutable(),
        length == null ? -1 : fields.getLongField(HttpHeader.CONTENT_LENGTH));
  }

  private static HttpURI uri(RequestHead head) {
    try {
      HttpURI.Mutable uri = HttpURI.build().scheme(head.scheme() == null ? "https" : head.scheme());
      if (head.authority() != null) {
        HostPort authority = new HostPort(head.authority());
        uri.host(authority.getHost()).port(authority.getPort());
      }
      if (head.path() != null) {
        uri.pathQuery(head.path());
      }
      return uri.asImmutable();
    } catch (RuntimeException e) {
      throw new HttpException.RuntimeException(HttpStatus.BAD_REQUEST_400, "Bad URI", e);
    }
  }

  /**
   * A request that a handler wants to push.
   *
   * @param request the one it is answering
   */
  static RequestHead promised(MetaData.Request resource, RequestHead request) {
    HttpURI uri = resource.getHttpURI();
    String authority =
        uri.getHost() == null
            ? String.valueOf(request.authority())
            : new HostPort(uri.getHost(), uri.getPort()).toString();
    List<FieldLine> lines = new ArrayList<>();
    lines(resource.getHttpFields(), lines);
    // Those of the request that is answered, not of the one that is promised.
    lines.removeIf(line -> line.name().equals("host") || line.name().equals("content-length"));
    return RequestHead.of(resource.getMethod(), authority, uri.getPathQuery(), lines);
  }

  static HttpFields.Mutable fields(List<FieldLine> lines) {
    HttpFields.Mutable fields = HttpFields.build(lines.size() + 1);
    for (FieldLine line : lines) {
      HttpHeader known = HttpHeader.CACHE.get(line.name());
      fields.add(
          known == null
              ? new HttpField(line.name(), line.value())
              : new HttpField(known, line.value()));
    }
    return fields;
  }

  /** The head of a response, with a content-length if it is given and none is set. */
  static ResponseHead response(MetaData.Response response, long contentLength) {
    HttpFields fields = response.getHttpFields();
    List<FieldLine> lines = new ArrayList<>(fields.size() + 1);
    lines(fields, lines);
    if (response.getStatus() == HttpStatus.NO_CONTENT_204 || response.getStatus() < 200) {
      // RFC 9110 §8.6: "A server MUST NOT send a Content-Length header field in any response with a
      // status code of 1xx (Informational) or 204 (No Content)."
      lines.removeIf(line -> line.name().equals("content-length"));
    } else if (contentLength >= 0 && !fields.contains(HttpHeader.CONTENT_LENGTH)) {
      lines.add(new FieldLine("content-length", Long.toString(contentLength)));
    }
    return new ResponseHead(response.getStatus(), lines);
  }

  static List<FieldLine> trailers(HttpFields fields) {
    List<FieldLine> lines = new ArrayList<>(fields.size());
    lines(fields, lines);
    return lines;
  }

  private static void lines(HttpFields fields, List<FieldLine> lines) {
    for (HttpField field : fields) {
      String name = field.getLowerCaseName();
      if (!CONNECTION_SPECIFIC.contains(name) && !name.startsWith(":")) {
        String value = field.getValue();
        lines.add(new FieldLine(name, value == null ? "" : octets(value)));
      }
    }
  }

  /**
   * RFC 9110 §5.5: CR, LF and NUL are replaced by a space, which "a recipient ... MUST either
   * reject or replace"; what is not an octet becomes a question mark, as it does over HTTP/1.1.
   */
  private static String octets(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (!plain(value.charAt(i))) {
        return replaced(value);
      }
    }
    return value.strip();
  }

  private static boolean plain(char c) {
    return (c >= ' ' && c <= 0xff) || c == '\t';
  }

  private static String replaced(String value) {
    StringBuilder out = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      out.append(plain(c) ? c : c < ' ' ? ' ' : '?');
    }
    return out.toString().strip();
  }
}
