package dev.h3kit.server;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Answers only for the names of the loopback interface and those in the certificate, so that a web
 * page whose own name is made to resolve to a loopback address (DNS rebinding) reads nothing here.
 */
final class HostHandler extends Handler.Wrapper {
  private final List<String> names = new ArrayList<>();

  HostHandler(Handler handler, X509Certificate certificate) {
    super(handler);
    try {
      var alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (alternative.size() > 1 && alternative.get(1) instanceof String name) {
            names.add(name.toLowerCase(Locale.ROOT));
          }
        }
      }
    } catch (CertificateParsingException e) {
      names.clear();
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    String host = request.getHttpURI().getHost();
    if (host == null || !ours(host.toLowerCase(Locale.ROOT))) {
      // RFC 9110 §15.5.20: the request "was directed at a server that is unable or unwilling to
      // produce an authoritative response for the target URI".
      Response.writeError(
          request,
          response,
          callback,
          HttpStatus.MISDIRECTED_REQUEST_421,
          "This server does not answer for that host name. Start it with --name to add one.");
      return true;
    }
    return super.handle(request, response, callback);
  }

  private boolean ours(String host) {
    String plain =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    return plain.equals("localhost")
        // RFC 6761 §6.3: names that end in .localhost are always the loopback interface.
        || plain.endsWith(".localhost")
        || plain.equals("::1")
        || plain.equals("0:0:0:0:0:0:0:1")
        || plain.matches("127(\\.[0-9]{1,3}){3}")
        || names.stream().anyMatch(name -> matches(name, plain));
  }

  private static boolean matches(String name, String host) {
    if (!name.startsWith("*.")) {
      return name.equals(host);
    }
    // RFC 9525 §6.3: the wildcard stands for one whole label.
    int dot = host.indexOf('.');
    return dot > 0 && host.substring(dot).equals(name.substring(1));
  }
}
