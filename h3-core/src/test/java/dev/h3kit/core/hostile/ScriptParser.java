package dev.h3kit.core.hostile;

import dev.h3kit.core.Http3Error;
import dev.h3kit.core.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads scripts. A line that begins with {@code #} is the title of the next case, the lines before
 * the first title hold for all cases of the file, {@code //} begins a comment.
 */
final class ScriptParser {
  private final String file;
  private final List<Script.Case> cases = new ArrayList<>();
  private final Settings common = new Settings();
  private Settings current = common;
  private @Nullable String title;
  private int titleLine;
  private final Deque<Loop> loops = new ArrayDeque<>();
  private List<Step> steps = new ArrayList<>();
  private int line;

  private ScriptParser(String file) {
    this.file = file;
  }

  /** What holds for a case beside its steps. */
  private static final class Settings {
    private Script.@Nullable Role role;
    private boolean quic = true;
    private int chop;
    private int window = 256 << 10;
    private int streams = 100;
    private final Map<String, String> limits = new HashMap<>();

    Settings copy() {
      Settings copy = new Settings();
      copy.role = role;
      copy.quic = quic;
      copy.chop = chop;
      copy.window = window;
      copy.streams = streams;
      copy.limits.putAll(limits);
      return copy;
    }
  }

  private record Loop(int line, long times, List<Step> outer) {}

  /** Parses a file. */
  static Script parse(String file, List<String> lines) {
    ScriptParser parser = new ScriptParser(file);
    for (String text : lines) {
      parser.line++;
      try {
        parser.line(text.strip());
      } catch (ScriptException e) {
        throw e.at(file, parser.line);
      }
    }
    parser.endCase();
    if (parser.cases.isEmpty()) {
      throw new ScriptException("no case; a title begins with #").at(file, 1);
    }
    return new Script(file, List.copyOf(parser.cases));
  }

  private void line(String text) {
    if (text.startsWith("#")) {
      endCase();
      title = text.substring(1).strip();
      titleLine = line;
      current = common.copy();
      return;
    }
    Scanner in = new Scanner(text);
    if (in.done()) {
      return;
    }
    String verb = in.word("a verb");
    if (!setting(verb, in)) {
      if (title == null) {
        throw new ScriptException("a step stands before the first title");
      }
      step(verb, in);
    }
    if (!in.done()) {
      throw new ScriptException("\"" + in.rest() + "\" is too much");
    }
  }

  private void endCase() {
    if (title == null) {
      return;
    }
    if (!loops.isEmpty()) {
      throw new ScriptException("this loop has no end").at(file, loops.getFirst().line());
    }
    if (current.role == null) {
      throw new ScriptException("against server or against client?").at(file, titleLine);
    }
    if (steps.isEmpty()) {
      throw new ScriptException("a case without steps").at(file, titleLine);
    }
    cases.add(
        new Script.Case(
            file,
            titleLine,
            title,
            current.role,
            current.quic,
            current.chop,
            current.window,
            current.streams,
            Map.copyOf(current.limits),
            List.copyOf(steps)));
    steps = new ArrayList<>();
    title = null;
  }

  private boolean setting(String verb, Scanner in) {
    switch (verb) {
      case "against" -> {
        String role = in.word("server or client");
        current.role =
            switch (role) {
              case "server" -> Script.Role.SERVER;
              case "client" -> Script.Role.CLIENT;
              default -> throw new ScriptException("against server or client, not " + role);
            };
      }
      case "memory" -> current.quic = false;
      case "chop" -> current.chop = (int) Numbers.number(in.word("octets"));
      case "window" -> current.window = (int) Numbers.octets(in.word("octets"));
      case "streams" -> current.streams = (int) Numbers.number(in.word("a number"));
      case "limit" -> {
        String name = in.word("a limit");
        if (!Limits.known(name)) {
          throw new ScriptException("there is no limit \"" + name + "\"");
        }
        current.limits.put(name, in.word("a value"));
        var _ = Limits.with(dev.h3kit.core.Http3Limits.SERVER, current.limits);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void step(String verb, Scanner in) {
    switch (verb) {
      case "open" -> {
        String kind = in.word("uni or bidi");
        if (kind.equals("control")) {
          add(new Step.Open(line, true, "control", _ -> Wire.hex("000400")));
          return;
        }
        if (!kind.equals("uni") && !kind.equals("bidi")) {
          throw new ScriptException("open uni, bidi or control, not " + kind);
        }
        add(new Step.Open(line, kind.equals("uni"), name(in), PayloadParser.parse(in)));
      }
      case "send" -> add(new Step.Send(line, name(in), PayloadParser.parse(in)));
      case "fin" -> add(new Step.Fin(line, name(in)));
      case "reset" -> add(new Step.Reset(line, name(in), code(in.word("a code"))));
      case "stop" -> add(new Step.Stop(line, name(in), code(in.word("a code"))));
      case "drain" -> add(new Step.Drain(line, name(in)));
      case "close" -> add(new Step.Close(line, code(in.word("a code"))));
      case "request" -> request(in);
      case "upload" ->
          add(new Step.Upload(line, name(in), (int) Numbers.octets(in.word("octets"))));
      case "repeat" -> {
        loops.push(new Loop(line, Numbers.number(in.word("a number")), steps));
        steps = new ArrayList<>();
      }
      case "end" -> {
        if (loops.isEmpty()) {
          throw new ScriptException("end without repeat");
        }
        Loop loop = loops.pop();
        List<Step> body = List.copyOf(steps);
        steps = loop.outer();
        add(new Step.Repeat(loop.line(), loop.times(), body));
      }
      case "await" -> {
        String moment = in.word("a moment");
        if (!Set.of("settings", "blocked", "failed", "reached", "idle").contains(moment)) {
          throw new ScriptException(
              "await settings, blocked, failed, reached or idle, not " + moment);
        }
        add(new Step.Await(line, moment));
      }
      case "release" -> add(new Step.Release(line));
      case "good" ->
          add(new Step.Good(line, in.done() ? 1 : (int) Numbers.number(in.word("a number"))));
      case "expect" -> expect(in.word("what"), in);
      default -> throw new ScriptException("\"" + verb + "\" is no verb");
    }
  }

  private void request(Scanner in) {
    String name = name(in);
    String method = in.done() ? "GET" : in.word("a method");
    String path = in.done() ? "/" : in.word("a path");
    boolean open = !in.done();
    if (open && !in.word("open").equals("open")) {
      throw new ScriptException("a request is whole or open");
    }
    add(new Step.Request(line, name, method, path, open));
  }

  private void expect(String what, Scanner in) {
    switch (what) {
      case "connection-error" -> add(new Step.ExpectConnectionError(line, codes(in)));
      case "stream-error" -> add(new Step.ExpectStreamError(line, name(in), codes(in)));
      case "stop" -> add(new Step.ExpectStop(line, name(in), codes(in)));
      case "response" -> {
        String name = name(in);
        int status = (int) Numbers.number(in.word("a status"));
        add(new Step.ExpectResponse(line, name, status, in.done() ? null : in.text()));
      }
      case "octets" -> {
        long type = Numbers.number(in.word("a stream type"));
        add(new Step.ExpectOctets(line, type, PayloadParser.parse(in)));
      }
      case "nothing" -> add(new Step.ExpectNothing(line));
      case "heap" -> add(new Step.ExpectHeap(line, Numbers.octets(in.word("octets"))));
      default -> throw new ScriptException("nothing is known to expect as \"" + what + "\"");
    }
  }

  private void add(Step step) {
    steps.add(step);
  }

  private static String name(Scanner in) {
    return in.word("the name of a stream");
  }

  private static Set<Long> codes(Scanner in) {
    Set<Long> codes = new LinkedHashSet<>();
    for (String one : in.word("a code").split("\\|", -1)) {
      codes.add(code(one));
    }
    return codes;
  }

  private static long code(String text) {
    for (Http3Error error : Http3Error.values()) {
      if (error.name().equals(text)) {
        return error.code();
      }
    }
    return Numbers.number(text);
  }

  /** Parses the text of a file. */
  static Script parse(String file, byte[] octets) {
    return parse(file, new String(octets, StandardCharsets.UTF_8).lines().toList());
  }
}
