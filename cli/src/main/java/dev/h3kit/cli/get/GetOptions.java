package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;
import picocli.CommandLine.Mixin;

/** The options of {@code h3 get}, by what they are about. */
final class GetOptions {
  @Mixin ProtocolOptions protocol = new ProtocolOptions();
  @Mixin RequestOptions request = new RequestOptions();
  @Mixin OutputOptions output = new OutputOptions();
  @Mixin TransferOptions transfer = new TransferOptions();
  @Mixin ConnectOptions connect = new ConnectOptions();

  /** Refuses options that contradict each other. */
  void check() throws CommandFailure {
    boolean resumes = output.continueAt != null;
    exclude(resumes, "-C", request.range != null, "-r");
    exclude(resumes, "-C", output.remoteHeaderName, "-J");
    exclude(resumes, "-C", output.noClobber, "--no-clobber");
    exclude(resumes, "-C", output.removeOnError, "--remove-on-error");
    exclude(resumes, "-C", request.compressed, "--compressed");
    exclude(resumes, "-C", output.include, "-i");
    exclude(resumes, "-C", !request.uploads.isEmpty(), "-T");
    exclude(output.remoteHeaderName, "-J", output.include, "-i");
    if (protocol.maxRedirects < -1) {
      throw new CommandFailure(ExitCode.USAGE, "--max-redirs needs a number from -1", null);
    }
    if (transfer.parallelMax < 0) {
      throw new CommandFailure(ExitCode.USAGE, "--parallel-max needs a number from 1 to 300", null);
    }
  }

  private static void exclude(boolean one, String name, boolean other, String otherName)
      throws CommandFailure {
    if (one && other) {
      throw new CommandFailure(
          ExitCode.USAGE, name + " and " + otherName + " cannot be combined", null);
    }
  }
}
