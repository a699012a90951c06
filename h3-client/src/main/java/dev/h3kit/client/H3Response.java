package dev.h3kit.client;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A response of {@link H3Client}, whatever protocol it came over. Thread-safe.
 *
 * @param <T> the type of the body
 */
public interface H3Response<T> extends HttpResponse<T> {

  /** The protocol that carried the exchange. */
  HttpProtocol protocol();

  /**
   * The exchange as it stands now. While the body is still being read, its last moments are
   * missing.
   */
  ExchangeReport report();

  /**
   * Completes, never exceptionally, with the final report when the body was read to its end, failed
   * or was given up. Only the first sets {@link ExchangeTimeline#lastByte}.
   */
  CompletableFuture<ExchangeReport> finished();

  /** The response before this one in a chain of redirects and authentication, without its body. */
  @Override
  Optional<HttpResponse<T>> previousResponse();

  /**
   * The version as far as {@link java.net.http.HttpClient.Version} can name it: HTTP_2 for an
   * HTTP/3 response, since that enum has no HTTP_3. Ask {@link #protocol()} instead.
   */
  @Override
  HttpClient.Version version();
}
