package dev.h3kit.core;

import dev.h3kit.core.transport.Stream;
import dev.h3kit.qpack.FieldLine;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One response in a {@link WriteScheduler}: its priority, and where it stands. All but the
 * constructor's arguments is guarded by the scheduler's lock.
 */
final class Turn implements Pace {
  final Stream stream;
  private final WriteScheduler scheduler;
  private Map<String, Object> ofServer = Map.of();
  private Priority ofClient = Priority.DEFAULT;
  private boolean updated;

  /** What counts now. */
  Priority priority = Priority.DEFAULT;

  /** Whether the scheduler has it in its list. */
  boolean listed;

  boolean cancelled;

  /** Who waits for this turn. */
  @Nullable Thread waiter;

  /** Octets of the chunk that is being written; 0 between chunks. */
  int writing;

  /** When that chunk was let through. */
  long grantedAt;

  /** Its place in the round of those that share; smaller is earlier. */
  long servedAt;

  /** All octets that were let through. */
  long granted;

  /** How many had left when last looked at, and when that was more than before. */
  long left;

  long leftAt;

  Turn(WriteScheduler scheduler, Stream stream) {
    this.scheduler = scheduler;
    this.stream = stream;
  }

  /** The request came: its {@code priority} field counts unless a PRIORITY_UPDATE frame did. */
  void requested(RequestHead head) {
    Priority said = Priority.of(head.fields());
    // RFC 9218 §11: a client with several tunnels "can set the incremental parameter to true";
    // tunnels share with others in any case, since nobody knows their end.
    boolean tunnel = head.method().equals("CONNECT");
    Priority asked = tunnel ? new Priority(said.urgency(), true) : said;
    scheduler.change(
        () -> {
          if (!updated) {
            ofClient = asked;
          }
        },
        this);
  }

  /**
   * A PRIORITY_UPDATE frame came. RFC 9218 §7: "the most recently received PRIORITY_UPDATE frame
   * can be considered as the most up-to-date information that overrides any other signal."
   */
  void updated(Priority by) {
    scheduler.change(
        () -> {
          updated = true;
          ofClient = by;
        },
        this);
  }

  /** The response says something itself, which counts more than what the client said. */
  void responded(List<FieldLine> fields) {
    Map<String, Object> members = Priority.members(fields);
    if (!members.isEmpty()) {
      scheduler.change(() -> ofServer = members, this);
    }
  }

  /** Under the scheduler's lock. */
  void reckon() {
    priority = ofClient.changedBy(ofServer);
  }

  @Override
  public boolean tryEnter(int length) {
    return scheduler.tryEnter(this, length);
  }

  @Override
  public void enter(int length) {
    scheduler.enter(this, length);
  }

  @Override
  public void leave() {
    scheduler.leave(this);
  }

  @Override
  public void cancel() {
    scheduler.cancel(this);
  }
}
