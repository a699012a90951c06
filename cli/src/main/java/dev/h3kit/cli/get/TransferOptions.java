package dev.h3kit.cli.get;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How transfers run: side by side, again, how fast, how much. */
final class TransferOptions {
  @Option(
      names = {"-Z", "--parallel"},
      order = -9,
      description = "Run transfers at the same time; those to one server share its connection.")
  boolean parallel;

  @Option(
      names = "--parallel-max",
      order = -8,
      paramLabel = "N",
      description = "Most transfers at the same time, 1 to 300. Default 50.")
  int parallelMax;

  @Option(
      names = "--parallel-immediate",
      order = -7,
      description = "Taken for curl's sake: h3 does not open a second connection to a server.")
  boolean parallelImmediate;

  @Option(
      names = "--fail-early",
      order = -6,
      description = "Stop at the first transfer that fails.")
  boolean failEarly;

  @Option(
      names = "--retry",
      order = -5,
      paramLabel = "N",
      description = "Try again N times after a timeout or status 408, 429, 500, 502, 503, 504.")
  int retry;

  @Option(
      names = "--retry-delay",
      order = -4,
      paramLabel = "SECONDS",
      description = "Time between attempts; default 1 s, doubled each time up to ten minutes.")
  @Nullable Double retryDelay;

  @Option(
      names = "--retry-max-time",
      order = -3,
      paramLabel = "SECONDS",
      description = "No new attempt after this time.")
  @Nullable Double retryMaxTime;

  @Option(names = "--retry-all-errors", order = -2, description = "Try again after any failure.")
  boolean retryAllErrors;

  @Option(names = "--retry-connrefused", order = -1, description = "Try again when nobody answers.")
  boolean retryConnectionRefused;

  @Option(
      names = "--limit-rate",
      paramLabel = "SPEED",
      description = "Most octets in a second, each way: 100k, 2M.")
  @Nullable String limitRate;

  @Option(
      names = "--max-filesize",
      paramLabel = "SIZE",
      description = "Give up on a body that is larger: 500k, 2G.")
  @Nullable String maxFilesize;

  @Option(
      names = {"-g", "--globoff"},
      description = "Take { } [ ] in URLs as they are.")
  boolean globOff;

  @Option(
      names = {"-q", "--disable"},
      description = "As the first option: read no ~/.h3rc.")
  boolean disable;
}
