package dev.h3kit.qpack.interop;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One record of an encoded file: a stream (8 octets, 0 for the encoder stream), a length (4 octets)
 * and that many octets.
 *
 * @param streamId the stream
 * @param octets an encoded field section, or encoder instructions
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record EncodedRecord(long streamId, byte[] octets) {
  /** The stream that carries encoder instructions. */
  public static final long ENCODER_STREAM = 0;

  private static final int HEADER = 12;

  /**
   * Reads the records of a file.
   *
   * @throws IllegalArgumentException if the file ends inside a record
   */
  public static List<EncodedRecord> parse(byte[] file) {
    List<EncodedRecord> records = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(file);
    while (in.hasRemaining()) {
      int at = in.position();
      if (in.remaining() < HEADER) {
        throw new IllegalArgumentException("the file ends inside the record at octet " + at);
      }
      long streamId = in.getLong();
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        throw new IllegalArgumentException("the file ends inside the record at octet " + at);
      }
      byte[] octets = new byte[length];
      in.get(octets);
      records.add(new EncodedRecord(streamId, octets));
    }
    return records;
  }

  /** Appends this record to a file. */
  public void write(ByteArrayOutputStream file) {
    file.writeBytes(ByteBuffer.allocate(HEADER).putLong(streamId).putInt(octets.length).array());
    file.writeBytes(octets);
  }
}
