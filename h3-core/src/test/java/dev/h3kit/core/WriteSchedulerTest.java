package dev.h3kit.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.qpack.FieldLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The order in which responses that compete reach the link. */
@Timeout(60)
class WriteSchedulerTest {
  private static final int BODY = 400_000;

  /** Packets that may be in the transport when others change: what it held, and a chunk. */
  private static final int AHEAD =
      (int) (LimitedLink.BUFFER + WriteScheduler.AHEAD + (16 << 10)) / 1000 + 2;

  private final LimitedLink link = new LimitedLink();
  private final AtomicLong clock = new AtomicLong(1);
  private final WriteScheduler scheduler = new WriteScheduler(clock::get);
  private final Map<Long, Response> responses = new LinkedHashMap<>();

  /** A response being written. */
  private final class Response {
    final LimitedLink.Sender stream;
    final Turn turn;
    final Thread thread;
    volatile boolean done;

    Response(long id, Priority priority, int body, List<FieldLine> fields) {
      stream = link.stream(id);
      turn = scheduler.turn(stream);
      turn.requested(RequestHead.of("GET", "a", "/", List.of(priority.toField())));
      MessageWriter writer =
          new MessageWriter(
              stream,
              Http3Limits.SERVER,
              new FieldSections(Http3Limits.SERVER, Http3Events.NONE),
              () -> PeerSettings.DEFAULT,
              turn,
              new Grease(0, 0));
      thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  turn.responded(fields);
                  writer.head(
                      new ResponseHead(200, fields).toFieldLines(),
                      ByteBuffer.wrap(new byte[body]),
                      true);
                } catch (IOException e) {
                  turn.cancel();
                } finally {
                  done = true;
                }
              });
      responses.put(id, this);
    }
  }

  private Response begin(long id, int urgency, boolean incremental) {
    Response response = new Response(id, new Priority(urgency, incremental), BODY, List.of());
    settle();
    return response;
  }

  /** Until every writer is done, waits for its turn, or waits for room. */
  private void settle() {
    Deadline deadline = RawPeer.soon();
    while (true) {
      long over = responses.values().stream().filter(r -> r.done).count();
      if (over + scheduler.waiting() + link.blocked() == responses.size()) {
        return;
      }
      assertTrue(!deadline.passed(), "the writers do not settle");
      Thread.onSpinWait();
    }
  }

  /** Lets packets through one after the other; time passes, and writers go on in between. */
  private int pass(int packets) {
    int passed = 0;
    while (passed < packets && link.pass()) {
      passed++;
      clock.addAndGet(1_000_000);
      for (int i = 0; i < 4; i++) {
        scheduler.progressed();
      }
      settle();
    }
    return passed;
  }

  /** Lets everything through; a look that the scheduler missed is made soon. */
  private void passAll() {
    Deadline deadline = RawPeer.soon();
    while (pass(Integer.MAX_VALUE) > 0 || !responses.values().stream().allMatch(r -> r.done)) {
      assertTrue(!deadline.passed(), "the responses do not end");
      Thread.onSpinWait();
    }
  }

  /** Until {@code condition} holds, which may need another look of the scheduler's. */
  private static void await(String what, BooleanSupplier condition) {
    Deadline deadline = RawPeer.soon();
    while (!condition.getAsBoolean()) {
      assertTrue(!deadline.passed(), what);
      Thread.onSpinWait();
    }
  }

  /** The streams in the order in which their last packets went. */
  private List<Long> completed() {
    List<Long> order = link.order();
    List<Long> last = new ArrayList<>();
    for (long id : order) {
      last.remove(id);
      last.add(id);
    }
    return last;
  }

  /** How many packets of {@code id} are among those from {@code from} on. */
  private static long count(List<Long> packets, int from, int to, long id) {
    return packets.subList(from, to).stream().filter(p -> p == id).count();
  }

  @AfterEach
  void stop() {
    responses
        .values()
        .forEach(r -> {
          r.stream.stop();
          r.turn.cancel();
        });
  }

  // RFC 9218 §10: "It is RECOMMENDED that, when possible, servers respect the urgency parameter
  // (Section 4.1), sending higher-urgency responses before lower-urgency responses."
  @Test
  void higherUrgencyGoesFirst() {
    begin(0, 5, false);
    begin(4, 3, false);
    begin(8, 7, true);
    begin(12, 0, false);
    int before = pass(10);
    passAll();
    assertEquals(List.of(12L, 4L, 0L, 8L), completed());
    // What the two that had begun had handed over may go beside the urgent one, and nothing else.
    List<Long> order = link.order();
    int end = order.lastIndexOf(12L);
    assertTrue(
        end - before - count(order, before, end, 12) <= 2 * AHEAD,
        "others went with the urgent one");
  }

  // RFC 9218 §10: "Non-incremental responses of the same urgency SHOULD be served by prioritizing
  // bandwidth allocation in ascending order of the stream ID".
  @Test
  void nonIncrementalResponsesGoOneAfterTheOther() {
    begin(8, 3, false);
    begin(0, 3, false);
    begin(12, 3, false);
    begin(4, 3, false);
    passAll();
    assertEquals(List.of(0L, 4L, 8L, 12L), completed());
    List<Long> order = link.order();
    assertTrue(order.lastIndexOf(0L) - count(order, 0, order.lastIndexOf(0L), 0) <= 2 * AHEAD);
    assertTrue(
        order.lastIndexOf(8L) < order.lastIndexOf(12L) - (BODY - LimitedLink.BUFFER) / 1000 / 2);
  }

  // RFC 9218 §10: "Incremental responses of the same urgency SHOULD be served by sharing bandwidth
  // among them."
  // RFC 9218 §10: "It is RECOMMENDED that, when possible, servers respect the incremental parameter
  // (Section 4.2)."
  @Test
  void incrementalResponsesShare() {
    begin(0, 3, true);
    begin(4, 3, true);
    begin(8, 3, true);
    passAll();
    List<Long> order = link.order();
    int half = order.size() / 2;
    for (long id : List.of(0L, 4L, 8L)) {
      long share = count(order, 0, half, id);
      assertTrue(share > half / 3 - 40 && share < half / 3 + 40, id + " had " + share);
    }
  }

  // RFC 9218 §10: "early non-incremental responses might prevent the serving of incremental
  // responses issued later. [...] It is RECOMMENDED that servers avoid such starvation where
  // possible."
  @Test
  void incrementalResponsesShareWithTheFirstOfTheOthers() {
    begin(0, 3, false);
    begin(4, 3, false);
    begin(8, 3, true);
    passAll();
    List<Long> order = link.order();
    int half = order.lastIndexOf(0L);
    long share = count(order, 0, half, 8);
    assertTrue(share > BODY / 1000 / 3, "the incremental one had " + share);
    assertTrue(count(order, 0, half, 4) <= AHEAD, "the later one waits");
    assertEquals(4L, completed().getLast());
  }

  // RFC 9218 §6: "After a client sends a request, it may be beneficial to change the priority of
  // the
  // response."
  @Test
  void anUpdateCountsAtOnce() {
    begin(0, 3, false);
    begin(4, 3, false);
    Response late = begin(8, 7, false);
    pass(20);
    late.turn.updated(new Priority(0, false));
    settle();
    passAll();
    assertEquals(List.of(8L, 0L, 4L), completed());
  }

  // RFC 9218 §8: "An origin can use the Priority response header field to indicate its view on how
  // an HTTP response should be prioritized."
  @Test
  void theFieldOfAResponseCounts() {
    begin(0, 3, false);
    Response response =
        new Response(4, Priority.DEFAULT, BODY, List.of(new Priority(1, false).toField()));
    settle();
    assertEquals(new Priority(1, false), response.turn.priority);
    passAll();
    assertEquals(List.of(4L, 0L), completed());
  }

  @Test
  void aResponseWithoutFlowControlHoldsUpNobody() {
    Response blocked = begin(0, 0, false);
    blocked.stream.withoutCredit(true);
    Response one = begin(4, 3, false);
    Response other = begin(8, 3, false);
    await(
        "the others end",
        () -> {
          pass(Integer.MAX_VALUE);
          return one.done && other.done && link.blocked() == 1;
        });
    pass(Integer.MAX_VALUE);
    assertEquals(List.of(4L, 8L), completed());
    blocked.stream.withoutCredit(false);
    passAll();
    long packets = count(link.order(), 0, link.order().size(), 0);
    assertTrue(packets >= BODY / 1000, packets + " packets");
  }

  @Test
  void aResponseOfWhichNothingLeavesIsNotWaitedFor() {
    begin(0, 0, false);
    Response other = begin(4, 3, false);
    assertEquals(1, scheduler.waiting());
    // The link is dead, or so it seems; then others may try.
    clock.addAndGet(WriteScheduler.STALLED_NANOS / 2);
    scheduler.leave(other.turn);
    assertEquals(1, scheduler.waiting());
    clock.addAndGet(2 * WriteScheduler.STALLED_NANOS);
    await("the other response stays behind", () -> other.stream.held() >= 16 << 10);
  }

  @Test
  void nobodyWaitsLongerThanTenSeconds() {
    begin(0, 0, false);
    Response patient = begin(4, 7, false);
    // The link is alive, and slow.
    long step = WriteScheduler.STALLED_NANOS * 4 / 5;
    for (long waited = 0; waited < WriteScheduler.PATIENCE_NANOS - step; waited += step) {
      clock.addAndGet(step);
      assertEquals(1, pass(1));
      assertEquals(0, patient.stream.held() >> 10, "it waits for the more urgent one");
    }
    clock.addAndGet(2 * step);
    await("ten seconds have passed", () -> patient.stream.held() >= 16 << 10);
  }

  @Test
  void aResponseThatIsGivenUpDoesNotWait() throws Exception {
    begin(0, 0, false);
    Response other = begin(4, 3, false);
    assertEquals(1, scheduler.waiting());
    other.stream.stop();
    other.turn.cancel();
    assertTrue(other.thread.join(Duration.ofSeconds(20)));
    assertEquals(0, scheduler.waiting());
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    begin(0, 0, false);
    Response other = begin(4, 3, false);
    other.thread.interrupt();
    assertTrue(other.thread.join(Duration.ofSeconds(20)));
    assertEquals(0, scheduler.waiting());
  }

  @Test
  void manySmallResponsesGoInOrderToo() {
    begin(0, 3, false);
    for (int i = 1; i <= 40; i++) {
      new Response(4L * i, new Priority(5, false), 10_000, List.of());
    }
    new Response(4L * 41, new Priority(1, false), 10_000, List.of());
    settle();
    passAll();
    assertEquals(164L, completed().getFirst());
    assertTrue(completed().indexOf(0L) <= 15, "few go with the end of the first");
    List<Long> rest = completed().stream().filter(id -> id > 0 && id < 164).toList();
    assertEquals(rest.stream().sorted().toList(), rest);
  }
}
