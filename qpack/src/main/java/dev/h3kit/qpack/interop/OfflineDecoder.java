package dev.h3kit.qpack.interop;

import dev.h3kit.qpack.DecoderLimits;
import dev.h3kit.qpack.FieldLine;
import dev.h3kit.qpack.FieldSectionTooLargeException;
import dev.h3kit.qpack.QpackDecoder;
import dev.h3kit.qpack.QpackException;
import dev.h3kit.qpack.Section;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Turns an encoded file back into lists of field lines. */
public final class OfflineDecoder {
  private static final int NO_LIMIT = 1 << 28;

  private final QpackDecoder decoder;
  private final int capacity;

  /**
   * @param capacity SETTINGS_QPACK_MAX_TABLE_CAPACITY in octets
   * @param blocked SETTINGS_QPACK_BLOCKED_STREAMS
   */
  public OfflineDecoder(int capacity, int blocked) {
    this.capacity = capacity;
    decoder = new QpackDecoder(new DecoderLimits(capacity, blocked, NO_LIMIT, NO_LIMIT, NO_LIMIT));
  }

  /**
   * Decodes every section; the lists are ordered by stream.
   *
   * @throws IllegalArgumentException if the file is not made of records, or ends while a section
   *     still waits for its inserts
   */
  public List<List<FieldLine>> decode(byte[] file)
      throws QpackException, FieldSectionTooLargeException {
    Map<Long, List<FieldLine>> lists = new TreeMap<>();
    int waiting = 0;
    boolean begun = false;
    for (EncodedRecord record : EncodedRecord.parse(file)) {
      ByteBuffer octets = ByteBuffer.wrap(record.octets());
      if (record.streamId() == EncodedRecord.ENCODER_STREAM) {
        if (!begun && octets.hasRemaining()) {
          begun = true;
          beginWithFullCapacity(record.octets()[0]);
        }
        for (long streamId : decoder.onEncoderStream(octets)) {
          add(lists, streamId, decoder.resume(streamId));
          waiting--;
        }
      } else {
        switch (decoder.decode(record.streamId(), octets)) {
          case Section.Decoded decoded -> add(lists, record.streamId(), decoded);
          case Section.Blocked blocked -> waiting++;
        }
      }
    }
    if (waiting > 0) {
      throw new IllegalArgumentException(
          "the file ends while " + waiting + " sections still wait for inserts");
    }
    return List.copyOf(lists.values());
  }

  /**
   * Files from before RFC 9204 leave out the first Set Dynamic Table Capacity: the table began with
   * the setting's value.
   */
  private void beginWithFullCapacity(byte first) throws QpackException {
    if ((first & 0xe0) != 0x20 && capacity > 0) {
      decoder.onEncoderStream(ByteBuffer.wrap(Wire.setCapacity(capacity)));
    }
  }

  private static void add(
      Map<Long, List<FieldLine>> lists, long streamId, Section.Decoded section) {
    lists.computeIfAbsent(streamId, id -> new ArrayList<>()).addAll(section.fields());
  }
}
