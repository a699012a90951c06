package dev.h3kit.bench.qpack;

import com.sun.management.ThreadMXBean;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.OctetBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.NettyQpack;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tech.kwik.qpack.Decoder;
import tech.kwik.qpack.Encoder;

/**
 * Prints a table of sizes, and of time and allocation for each section, next to the QPACK of Netty
 * and of kwik. One pass is one connection: a new codec, every list of the file, acknowledgments at
 * once. The codecs take turns, so that they share whatever else the machine does.
 */
public final class QpackSideBySide {
  private static final int[][] SETTINGS = {
    {0, 0, 0},
    {256, 0, 1},
    {256, 0, 8},
    {256, 100, 0},
    {256, 100, 1},
    {256, 100, 8},
    {512, 0, 1},
    {512, 0, 8},
    {512, 100, 0},
    {512, 100, 1},
    {512, 100, 8},
    {4096, 0, 1},
    {4096, 0, 8},
    {4096, 100, 0},
    {4096, 100, 1},
    {4096, 100, 8}
  };
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private QpackSideBySide() {}

  private interface Pass {
    long run() throws Exception;
  }

  private record Contender(String name, Pass pass, List<Double> micros, List<Double> allocated) {
    Contender(String name, Pass pass) {
      this(name, pass, new ArrayList<>(), new ArrayList<>());
    }
  }

  /**
   * Measures the files that are named, or those of the qifs collection beside the repository.
   *
   * @param args {@code --seconds N} for each file's measurement (default 20), then files
   */
  public static void main(String[] args) throws Exception {
    double seconds = 20;
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--seconds") && i + 1 < args.length) {
        seconds = Double.parseDouble(args[++i]);
      } else {
        files.add(Path.of(args[i]));
      }
    }
    if (files.isEmpty()) {
      files.addAll(found());
    }
    for (Path file : files) {
      List<List<FieldLine>> lists = Workload.read(file);
      System.out.printf("%n%s: %d sections%n%n", file.getFileName(), lists.size());
      sizes(lists);
      times(lists, seconds);
    }
  }

  private static List<Path> found() throws IOException {
    for (Path folder :
        List.of(
            Path.of("../shared/qifs/qifs"), Path.of("qpack/src/test/resources/dev/h3kit/qpack"))) {
      if (Files.isDirectory(folder)) {
        try (var files = Files.list(folder)) {
          return files.filter(file -> file.toString().endsWith("-hq.qif")).sorted().toList();
        }
      }
    }
    throw new IOException("no qif file: name one, or run this from the root of the repository");
  }

  private static void sizes(List<List<FieldLine>> lists) throws Exception {
    System.out.println("| table/blocked/acknowledged | octets | of static |");
    System.out.println("|---|--:|--:|");
    double plain = new Workload(lists, 0, 0, 0).octets;
    for (int[] setting : SETTINGS) {
      Workload workload = new Workload(lists, setting[0], setting[1], setting[2]);
      System.out.printf(
          Locale.ROOT,
          "| %d/%d/%d | %d | %.3f |%n",
          setting[0],
          setting[1],
          setting[2],
          workload.octets,
          workload.octets / plain);
    }
    System.out.println();
  }

  private static void times(List<List<FieldLine>> lists, double seconds) throws Exception {
    Workload plain = new Workload(lists, 0, 0, 0);
    Workload small = new Workload(lists, 256, 100, 1);
    Workload table = new Workload(lists, 4096, 100, 1);
    OctetBuffer out = new OctetBuffer(1 << 16);
    List<List<Map.Entry<String, String>>> entries =
        lists.stream()
            .map(list -> list.stream().map(line -> Map.entry(line.name(), line.value())).toList())
            .toList();
    List<Http3Headers> headers = NettyQpack.headers(entries);
    ByteBuf nettyOut = Unpooled.buffer(1 << 16);
    List<ByteBuf> nettyIn = plain.sections.stream().map(Unpooled::wrappedBuffer).toList();
    List<Contender> encoders =
        List.of(
            new Contender("Netty, static", () -> nettyEncode(headers, nettyOut)),
            new Contender("kwik, static", () -> kwikEncode(entries)),
            new Contender("h3kit, static", () -> plain.encode(out)),
            new Contender("h3kit, 256/100/1", () -> small.encode(out)),
            new Contender("h3kit, 4096/100/1", () -> table.encode(out)));
    List<Contender> decoders =
        List.of(
            new Contender("Netty, static", () -> nettyDecode(nettyIn)),
            new Contender("kwik, static", () -> kwikDecode(plain.sections)),
            new Contender("h3kit, static", plain::decode),
            new Contender("h3kit, 256/100/1", small::decode),
            new Contender("h3kit, 4096/100/1", table::decode));
    table("encode", encoders, lists.size(), seconds / 2);
    table("decode", decoders, lists.size(), seconds / 2);
  }

  private static void table(String what, List<Contender> contenders, int sections, double seconds)
      throws Exception {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    int rounds = 0;
    while (System.nanoTime() < end || rounds < 8) {
      for (Contender contender : contenders) {
        round(contender);
      }
      rounds++;
    }
    System.out.printf("| %s | µs a pass | of Netty | octets allocated a section |%n", what);
    System.out.println("|---|--:|--:|--:|");
    double netty = median(contenders.getFirst().micros);
    for (Contender contender : contenders) {
      double micros = median(contender.micros);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.0f | %.2f | %.0f |%n",
          contender.name,
          micros,
          micros / netty,
          median(contender.allocated) / sections);
    }
    System.out.println();
  }

  private static void round(Contender contender) throws Exception {
    int passes = 0;
    long result = 0;
    long begin = System.nanoTime();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    long now;
    do {
      result += contender.pass.run();
      passes++;
      now = System.nanoTime();
    } while (now - begin < 40_000_000);
    contender.allocated.add(
        (double) (THREADS.getCurrentThreadAllocatedBytes() - allocated) / passes);
    if (result == 0) {
      throw new IllegalStateException(contender.name + " did nothing");
    }
    contender.micros.add((now - begin) / 1e3 / passes);
  }

  /** The median of the second half of the rounds: the first half warms up. */
  private static double median(List<Double> rounds) {
    double[] sorted =
        rounds.subList(rounds.size() / 2, rounds.size()).stream().mapToDouble(d -> d).toArray();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static long nettyEncode(List<Http3Headers> lists, ByteBuf out) {
    NettyQpack codec = new NettyQpack();
    long total = 0;
    for (int i = 0; i < lists.size(); i++) {
      out.clear();
      codec.encode(4L * i, lists.get(i), out);
      total += out.readableBytes();
    }
    return total;
  }

  private static long nettyDecode(List<ByteBuf> sections) {
    NettyQpack codec = new NettyQpack();
    long[] lines = new long[1];
    for (int i = 0; i < sections.size(); i++) {
      codec.decode(4L * i, sections.get(i).readerIndex(0), (name, value) -> lines[0]++);
    }
    return lines[0];
  }

  private static long kwikEncode(List<List<Map.Entry<String, String>>> lists) {
    Encoder codec = Encoder.newBuilder().build();
    long total = 0;
    for (List<Map.Entry<String, String>> list : lists) {
      total += codec.compressHeaders(list).position();
    }
    return total;
  }

  private static long kwikDecode(List<ByteBuffer> sections) throws IOException {
    Decoder codec = Decoder.newBuilder().build();
    long lines = 0;
    for (ByteBuffer section : sections) {
      lines +=
          codec
              .decodeStream(
                  new ByteArrayInputStream(section.array(), section.arrayOffset(), section.limit()))
              .size();
    }
    return lines;
  }
}
