package dev.h3kit.cli.get;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where things go. */
final class OutputOptions {
  /** What -o and -O named, in the order of the command line: a file's name, or null for -O. */
  final List<@Nullable String> targets = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      order = -9,
      paramLabel = "FILE",
      description = "Write the body to FILE, which appears when it is whole; once for each URL.")
  void output(String file) {
    targets.add(file);
  }

  @Option(
      names = {"-O", "--remote-name"},
      order = -8,
      arity = "0",
      description = "Write to a file named as the URL ends; once for each URL.")
  void remoteName(boolean on) {
    targets.add(null);
  }

  @Option(names = "--remote-name-all", order = -7, description = "-O for every URL that has no -o.")
  boolean remoteNameAll;

  @Option(
      names = {"-J", "--remote-header-name"},
      order = -6,
      description =
          "With -O, take the file's name from Content-Disposition, without its folders; never"
              + " overwrites.")
  boolean remoteHeaderName;

  @Option(
      names = {"-C", "--continue-at"},
      order = -5,
      paramLabel = "OFFSET",
      description = "Go on with a download at OFFSET; '-' goes on where the file ends.")
  @Nullable String continueAt;

  @Option(
      names = "--no-clobber",
      description = "Do not overwrite a file: write FILE.1, FILE.2, ...")
  boolean noClobber;

  @Option(
      names = "--skip-existing",
      description = "Do not fetch what would go to a file that is there.")
  boolean skipExisting;

  @Option(
      names = "--remove-on-error",
      description = "Leave no file when a transfer fails; h3 does so anyway, except with -C.")
  boolean removeOnError;

  @Option(
      names = {"-R", "--remote-time"},
      description = "Give the file the time of the response's Last-Modified.")
  boolean remoteTime;

  @Option(
      names = "--create-file-mode",
      paramLabel = "MODE",
      description = "Permissions of new files, in octal.")
  @Nullable String fileMode;

  @Option(names = "--output-dir", paramLabel = "DIR", description = "Folder of -o and -O.")
  @Nullable String outputDir;

  @Option(names = "--create-dirs", description = "Make the folders that -o and --output-dir name.")
  boolean createDirs;

  @Option(
      names = {"-i", "--include"},
      description = "Write the header section before the body.")
  boolean include;

  @Option(
      names = {"-D", "--dump-header"},
      paramLabel = "FILE",
      description = "Write the header sections to FILE, '-' for stdout.")
  @Nullable String dumpHeader;

  @Option(
      names = {"-w", "--write-out"},
      paramLabel = "FORMAT",
      description =
          "Print after each transfer; %%{http_version}, %%{time_total} and all of curl's variables.")
  @Nullable String writeOut;

  @Option(
      names = {"-v", "--verbose"},
      description = "Tell on stderr what happens: the race, the certificate, the fields.")
  boolean verbose;

  @Option(
      names = {"-s", "--silent"},
      description = "No progress, no messages.")
  boolean silent;

  @Option(
      names = {"-S", "--show-error"},
      description = "Messages even with -s.")
  boolean showError;

  @Option(
      names = {"-#", "--progress-bar"},
      description = "Progress as a bar.")
  boolean progressBar;

  @Option(names = "--no-progress-meter", description = "No progress, but messages.")
  boolean noProgressMeter;

  @Option(
      names = {"-f", "--fail"},
      description = "Exit with 22, and write no body, when the server answers 400 or above.")
  boolean fail;

  @Option(names = "--fail-with-body", description = "Like -f, but write the body.")
  boolean failWithBody;

  @Option(
      names = "--timing",
      description = "Show on stderr how long each step took, as a waterfall.")
  boolean timing;

  @Option(
      names = {"-N", "--no-buffer"},
      description = "Nothing is held back: h3 writes what comes when it comes.")
  boolean noBuffer;
}
