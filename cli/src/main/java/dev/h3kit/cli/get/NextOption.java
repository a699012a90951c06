package dev.h3kit.cli.get;

import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** {@code --next}: what follows on the command line is an operation of its own. */
final class NextOption implements IParameterConsumer {
  @Override
  @SuppressWarnings("JdkObsolete") // picocli's interface
  public void consumeParameters(Stack<String> args, ArgSpec option, CommandSpec command) {
    GetCommand get = (GetCommand) command.userObject();
    get.beginNext();
    while (!args.isEmpty()) {
      get.addNext(args.pop());
    }
  }
}
