package dev.h3kit.server;

import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request that was answered.
 *
 * @param time when its header section had come
 * @param remote who asked
 * @param method the method; may hold any octets a client chose to send
 * @param target path and query as they were sent, percent-encoded
 * @param status the status of the response
 * @param bytes octets of content sent
 * @param duration from the header section of the request to the end of the response
 * @param protocol the version of HTTP
 * @param whole whether all of the response was sent
 * @param problem what went wrong in the server where the status is 500 or above, null otherwise
 */
public record AccessLogEntry(
    Instant time,
    SocketAddress remote,
    String method,
    String target,
    int status,
    long bytes,
    Duration duration,
    HttpProtocol protocol,
    boolean whole,
    @Nullable String problem) {}
