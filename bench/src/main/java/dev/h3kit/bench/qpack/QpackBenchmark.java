package dev.h3kit.bench.qpack;

import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.OctetBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time of one connection's worth of sections, by JMH. Run it with {@code -prof gc}, too. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class QpackBenchmark {
  /** The lists to code, relative to the working folder. */
  @Param("qpack/src/test/resources/dev/h3kit/qpack/netbsd-hq.qif")
  public String file = "";

  /** The capacity of the table in octets; 0: static only. */
  @Param({"0", "256", "4096"})
  public int capacity;

  private final OctetBuffer out = new OctetBuffer(1 << 16);
  private Workload workload = empty();

  /** Reads the file and records what the other side says. */
  @Setup
  public void prepare() throws Exception {
    List<List<FieldLine>> lists = Workload.read(Path.of(file));
    workload = new Workload(lists, capacity, capacity == 0 ? 0 : 100, 1);
  }

  /** Encodes every list with a new encoder. */
  @Benchmark
  public long encode() throws Exception {
    return workload.encode(out);
  }

  /** Decodes every section with a new decoder. */
  @Benchmark
  public long decode() throws Exception {
    return workload.decode();
  }

  private static Workload empty() {
    try {
      return new Workload(List.of(), 0, 0, 0);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
