package dev.h3kit.cli.get;

import dev.h3kit.cli.get.config.ConfigFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code -K FILE}: puts the options of a file in its place on the command line. */
final class ConfigOption implements IParameterConsumer {
  /** A file that names itself ends somewhere. */
  private static final int MOST_FILES = 32;

  private static final long LARGEST = 16L << 20;

  private int files;

  @Override
  @SuppressWarnings("JdkObsolete") // picocli's interface
  public void consumeParameters(Stack<String> args, ArgSpec option, CommandSpec command) {
    CommandLine line = command.commandLine();
    if (args.isEmpty()) {
      throw new ParameterException(line, "-K needs the name of a file");
    }
    String name = args.pop();
    if (++files > MOST_FILES) {
      throw new ParameterException(line, "-K " + name + ": more than " + MOST_FILES + " files");
    }
    GetCommand get = (GetCommand) command.userObject();
    String text;
    try {
      if (name.equals("-")) {
        text = new String(get.terminal().in().readAllBytes(), StandardCharsets.UTF_8);
      } else {
        Path file = Path.of(name);
        if (Files.size(file) > LARGEST) {
          throw new IOException("it is larger than 16 MB");
        }
        text = Files.readString(file);
      }
    } catch (IOException | InvalidPathException e) {
      throw new ParameterException(line, "cannot read the options in " + name, e);
    }
    List<String> words = ConfigFile.arguments(text, word -> takesValue(command, word));
    for (String word : words.reversed()) {
      args.push(word);
    }
  }

  private static boolean takesValue(CommandSpec command, String word) {
    OptionSpec option = command.optionsMap().get(word);
    return word.equals("--url")
        || (option != null && (option.arity().max() > 0 || option.parameterConsumer() != null));
  }
}
