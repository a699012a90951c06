package dev.h3kit.bench.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The comparison: all stacks in turns, so that what else the machine does hits them alike; the
 * first rounds warm the JVMs up and do not count. Prints a table of medians and their ratios to the
 * bare stream.
 */
public final class SideBySide {
  private static final int WARM_UP = 3;

  private SideBySide() {}

  /** Runs it; the argument is the number of rounds that count, 9 if there is none. */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 9;
    List<Stack> stacks =
        args.length > 1
            ? Arrays.stream(args[1].split(",", -1)).map(Stack::valueOf).toList()
            : List.of(Stack.values());
    Path folder = Files.createTempDirectory("h3kit-bench-");
    Path keys = Keys.make(folder);
    Map<Stack, Pair> pairs = new EnumMap<>(Stack.class);
    try {
      Map<Work, Map<Stack, Samples>> results = new EnumMap<>(Work.class);
      for (int round = -WARM_UP; round < rounds; round++) {
        for (Work work : Work.values()) {
          for (int i = 0; i < stacks.size(); i++) {
            Stack stack = stacks.get(Math.floorMod(i + round, stacks.size()));
            Pair pair = pairs.get(stack);
            if (pair == null) {
              pair = Pair.start(stack, keys);
              pairs.put(stack, pair);
            }
            Samples samples =
                results
                    .computeIfAbsent(work, w -> new EnumMap<>(Stack.class))
                    .computeIfAbsent(stack, s -> new Samples());
            try {
              long nanos = pair.perform(work);
              if (round >= 0) {
                samples.rates.add(work.rate(nanos));
              }
            } catch (IOException e) {
              System.err.println(stack.title() + ", " + work.title() + ": " + e.getMessage());
              samples.failures++;
              pair.close();
              pairs.remove(stack);
            }
          }
        }
        System.err.println("round " + (round + 1) + " of " + rounds);
      }
      print(results, stacks, rounds);
    } finally {
      pairs.values().forEach(Pair::close);
      Files.deleteIfExists(folder.resolve("keytool.log"));
      Files.deleteIfExists(keys);
      Files.delete(folder);
    }
  }

  /** What was reached with one stack at one work. */
  private static final class Samples {
    private final List<Double> rates = new ArrayList<>();
    private int failures;

    private double at(double part) {
      double[] sorted = rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      return sorted.length == 0 ? Double.NaN : sorted[(int) Math.round(part * (sorted.length - 1))];
    }

    private double median() {
      return at(0.5);
    }
  }

  private static void print(
      Map<Work, Map<Stack, Samples>> results, List<Stack> stacks, int rounds) {
    StringBuilder out = new StringBuilder();
    out.append(
        "%s, %d processors, Java %s, medians of %d rounds (lower to upper quartile), × is the ratio to the bare stream.%n%n"
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                rounds));
    out.append("| |");
    stacks.forEach(stack -> out.append(' ').append(stack.title()).append(" |"));
    out.append("\n|---|").append("---:|".repeat(stacks.size())).append('\n');
    results.forEach((work, row) -> {
      out.append("| ").append(work.title()).append(", ").append(work.unit()).append(" |");
      double bare = row.containsKey(Stack.KWIK) ? row.get(Stack.KWIK).median() : Double.NaN;
      for (Stack stack : stacks) {
        Samples samples = row.getOrDefault(stack, new Samples());
        out.append(
            String.format(
                Locale.ROOT,
                " %,.0f (%,.0f–%,.0f)",
                samples.median(),
                samples.at(0.25),
                samples.at(0.75)));
        if (stack != Stack.KWIK) {
          out.append(String.format(Locale.ROOT, " ×%.2f", samples.median() / bare));
        }
        if (samples.failures > 0) {
          out.append(", ").append(samples.failures).append(" failed");
        }
        out.append(" |");
      }
      out.append('\n');
    });
    System.out.print(out);
  }
}
