package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one URL of the command line.
 *
 * @param number the URL's number, from 0
 * @param id the transfer's number, from 0
 * @param given the URL as it was written
 * @param hops the requests, at least one unless the URL was malformed
 * @param sizeDownload octets of the last response's body, as they came
 * @param sizeUpload octets of the bodies sent
 * @param total the time from start to end
 * @param redirectUrl where the last response would lead if it was not followed, or null
 * @param fileName where the body was written, or null
 * @param failure what went wrong, or null
 * @param retryIn how long to wait before it is tried again, or null if this was the last attempt
 * @param retries how often it was tried again
 */
record TransferResult(
    int number,
    int id,
    String given,
    List<Hop> hops,
    long sizeDownload,
    long sizeUpload,
    Duration total,
    @Nullable String redirectUrl,
    @Nullable String fileName,
    @Nullable CommandFailure failure,
    @Nullable Duration retryIn,
    int retries) {

  TransferResult {
    hops = List.copyOf(hops);
  }

  ExitCode exitCode() {
    return failure == null ? ExitCode.OK : failure.exitCode();
  }

  @Nullable Hop last() {
    return hops.isEmpty() ? null : hops.getLast();
  }
}
