package dev.h3kit.cli.get;

import dev.h3kit.cli.console.Json;
import dev.h3kit.cli.console.Terminal;
import dev.h3kit.cli.get.WriteOutVariables.Seconds;
import dev.h3kit.cli.get.WriteOutVariables.Status;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Prints what {@code -w} asks for. */
final class WriteOut {
  private final String format;
  private final Terminal terminal;
  private final String version;

  WriteOut(String format, Terminal terminal, String version) {
    this.format = format;
    this.terminal = terminal;
    this.version = version;
  }

  void print(TransferResult result) {
    Map<String, @Nullable Object> variables = WriteOutVariables.of(result);
    PrintStream to = terminal.out();
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at);
      String rest = format.substring(at);
      if (c == '\\' && at + 1 < format.length()) {
        to.print(unescaped(format.charAt(at + 1)));
        at += 2;
      } else if (rest.startsWith("%%")) {
        to.print('%');
        at += 2;
      } else if (rest.startsWith("%{") && rest.indexOf('}') > 0) {
        String name = rest.substring(2, rest.indexOf('}'));
        if (name.equals("onerror") && result.failure() == null) {
          break;
        }
        to = print(name, variables, result, to);
        at += name.length() + 3;
      } else if (rest.startsWith("%header{") && rest.indexOf('}') > 0) {
        String name = rest.substring(8, rest.indexOf('}'));
        to.print(header(result, name));
        at += name.length() + 9;
      } else {
        to.print(c);
        at++;
      }
    }
    terminal.out().flush();
    terminal.err().flush();
  }

  private PrintStream print(
      String name, Map<String, @Nullable Object> variables, TransferResult result, PrintStream to) {
    switch (name) {
      case "stderr" -> {
        to.flush();
        return terminal.err();
      }
      case "stdout" -> {
        return terminal.out();
      }
      case "onerror" -> {}
      case "json" -> to.print(json(variables));
      case "header_json" -> to.print(headerJson(result));
      default -> {
        if (variables.containsKey(name)) {
          to.print(text(variables.get(name)));
        } else {
          terminal.err().println("h3: unknown --write-out variable: '" + name + "'");
        }
      }
    }
    return to;
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Seconds seconds -> String.format(Locale.ROOT, "%.6f", seconds.value());
      case Status status -> String.format(Locale.ROOT, "%03d", status.code());
      default -> value.toString();
    };
  }

  private String json(Map<String, @Nullable Object> variables) {
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    variables.forEach((name, value) ->
        plain.put(
            name,
            switch (value) {
              case null -> null;
              case Seconds seconds -> seconds.value();
              case Status status -> status.code();
              default -> value;
            }));
    plain.put("h3_version", version);
    return Json.of(plain);
  }

  private static String headerJson(TransferResult result) {
    Hop last = result.last();
    Map<String, Object> fields = new TreeMap<>();
    if (last != null && last.head() != null) {
      last.head()
          .headers()
          .map()
          .forEach((name, values) -> fields.put(name.toLowerCase(Locale.ROOT), values));
    }
    return Json.of(fields);
  }

  private static String header(TransferResult result, String name) {
    Hop last = result.last();
    return last == null || last.head() == null
        ? ""
        : last.head().headers().firstValue(name).orElse("");
  }

  private static String unescaped(char c) {
    return switch (c) {
      case 'n' -> "\n";
      case 'r' -> "\r";
      case 't' -> "\t";
      default -> "\\" + c;
    };
  }
}
