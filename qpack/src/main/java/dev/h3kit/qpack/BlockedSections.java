package dev.h3kit.qpack;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The field sections that a decoder holds because their inserts have not arrived (RFC 9204 §2.2.1).
 * Sections of one stream keep their order, so a section needs what those before it need. Not
 * thread-safe.
 */
final class BlockedSections {
  /** What a held section costs beside its octets. */
  private static final int OVERHEAD = 128;

  private final int maxStreams;
  private final long maxHeldOctets;
  private final Map<Long, HeldStream> streams = new HashMap<>();

  /** The sections that wait, by need, then by arrival. */
  private final List<Held> waiting = new ArrayList<>();

  private int blockedStreams;
  private int unblockedSections;
  private long heldOctets;

  BlockedSections(int maxStreams, int maxSectionOctets) {
    this.maxStreams = maxStreams;
    this.maxHeldOctets = (long) maxStreams * (maxSectionOctets + OVERHEAD);
  }

  /** A held section: its prefix as read on arrival, and the octets behind the prefix. */
  static final class Held {
    final long streamId;
    final long requiredInsertCount;
    final long base;
    final byte[] octets;
    private final long need;

    private Held(long streamId, long requiredInsertCount, long base, byte[] octets, long need) {
      this.streamId = streamId;
      this.requiredInsertCount = requiredInsertCount;
      this.base = base;
      this.octets = octets;
      this.need = need;
    }
  }

  private static final class HeldStream {
    final ArrayDeque<Held> sections = new ArrayDeque<>();
    int waiting;
  }

  /** Whether sections of this stream are held. */
  boolean holds(long streamId) {
    return !streams.isEmpty() && streams.containsKey(streamId);
  }

  /** Whether a section of this stream was unblocked and not yet {@linkplain #next taken}. */
  boolean holdsUnblocked(long streamId) {
    HeldStream stream = streams.get(streamId);
    return stream != null && stream.waiting < stream.sections.size();
  }

  /** Whether any section was unblocked and not yet {@linkplain #next taken}. */
  boolean hasUnblocked() {
    return unblockedSections > 0;
  }

  /** Whether one more stream may become blocked. */
  boolean mayBlock(long streamId) {
    return blockedStreams < maxStreams || holds(streamId);
  }

  /** Whether {@code octets} more can be held. */
  boolean hasRoom(int octets) {
    return heldOctets + octets + OVERHEAD <= maxHeldOctets;
  }

  /** Holds a section and returns the insert count at which it can be decoded. */
  long hold(long streamId, long requiredInsertCount, long base, byte[] octets) {
    HeldStream stream = streams.computeIfAbsent(streamId, id -> new HeldStream());
    @Nullable Held before = stream.sections.peekLast();
    long need = before == null ? requiredInsertCount : Math.max(requiredInsertCount, before.need);
    Held held = new Held(streamId, requiredInsertCount, base, octets, need);
    stream.sections.addLast(held);
    if (stream.waiting++ == 0) {
      blockedStreams++;
    }
    int place = waiting.size();
    while (place > 0 && waiting.get(place - 1).need > need) {
      place--;
    }
    waiting.add(place, held);
    heldOctets += octets.length + OVERHEAD;
    return need;
  }

  /**
   * The streams whose sections can be decoded at this insert count, in the order of their need; a
   * stream is named once for each section.
   */
  List<Long> unblock(long insertCount) {
    if (waiting.isEmpty() || waiting.getFirst().need > insertCount) {
      return List.of();
    }
    int count = 0;
    List<Long> unblocked = new ArrayList<>();
    while (count < waiting.size() && waiting.get(count).need <= insertCount) {
      Held held = waiting.get(count++);
      unblocked.add(held.streamId);
      unblockedSections++;
      HeldStream stream = streams.get(held.streamId);
      if (stream != null && --stream.waiting == 0) {
        blockedStreams--;
      }
    }
    waiting.subList(0, count).clear();
    return unblocked;
  }

  /** Takes the first held section of a stream if it was unblocked, or null. */
  @Nullable Held next(long streamId) {
    HeldStream stream = streams.get(streamId);
    if (stream == null || stream.waiting == stream.sections.size()) {
      return null;
    }
    unblockedSections--;
    Held held = stream.sections.removeFirst();
    heldOctets -= held.octets.length + OVERHEAD;
    if (stream.sections.isEmpty()) {
      streams.remove(streamId);
    }
    return held;
  }

  /** Drops every held section of a stream. */
  void drop(long streamId) {
    HeldStream stream = streams.remove(streamId);
    if (stream == null) {
      return;
    }
    unblockedSections -= stream.sections.size() - stream.waiting;
    for (Held held : stream.sections) {
      heldOctets -= held.octets.length + OVERHEAD;
    }
    if (stream.waiting > 0) {
      blockedStreams--;
      for (Iterator<Held> each = waiting.iterator(); each.hasNext(); ) {
        if (each.next().streamId == streamId) {
          each.remove();
        }
      }
    }
  }

  /** The octets held, with what holding them costs. */
  long heldOctets() {
    return heldOctets;
  }
}
