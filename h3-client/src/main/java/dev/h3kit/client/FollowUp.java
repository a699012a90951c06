package dev.h3kit.client;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** Decides whether a response is the last one of a call. */
@FunctionalInterface
interface FollowUp {

  /**
   * The request to send next, or null if the response is for the caller. Asked once for each
   * response, before its body is read.
   */
  @Nullable HttpRequest after(HttpRequest request, int status, HttpHeaders headers)
      throws IOException;
}
