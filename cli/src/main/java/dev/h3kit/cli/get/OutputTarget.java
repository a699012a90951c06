package dev.h3kit.cli.get;

import dev.h3kit.cli.console.CommandFailure;
import dev.h3kit.cli.console.ExitCode;

/** Where the body of one URL goes. */
sealed interface OutputTarget {
  /** To standard output, unless a terminal could not show it. */
  OutputTarget STANDARD = new Standard(false);

  /** Opens it. */
  BodyOutput open(TargetUrl url, GetSettings settings) throws CommandFailure;

  /** {@code -o FILE}. */
  record Named(String name) implements OutputTarget {
    @Override
    public BodyOutput open(TargetUrl url, GetSettings settings) throws CommandFailure {
      return FileOutput.open(settings.outputDir(), name, settings.createDirs());
    }
  }

  /** {@code -O}: named by the first URL, also after redirects, as in curl. */
  record Remote(String givenUrl) implements OutputTarget {
    @Override
    public BodyOutput open(TargetUrl url, GetSettings settings) throws CommandFailure {
      String path = TargetUrl.parse(givenUrl).path();
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw new CommandFailure(
            ExitCode.WRITE_ERROR, "-O finds no file name in " + givenUrl, "Name one with -o FILE.");
      }
      return FileOutput.open(settings.outputDir(), name, settings.createDirs());
    }
  }

  /**
   * Standard output.
   *
   * @param asked whether it was named, with {@code -o -}
   */
  record Standard(boolean asked) implements OutputTarget {
    @Override
    public BodyOutput open(TargetUrl url, GetSettings settings) {
      return new StandardOutput(settings.terminal(), asked);
    }
  }
}
