package dev.h3kit.qpack;

/**
 * What a codec did so far.
 *
 * @param sections field sections coded
 * @param plainOctets octets of names and values before coding
 * @param codedOctets octets of encoded sections
 * @param instructionOctets octets of encoder instructions
 * @param inserts entries put into the dynamic table, duplicates among them
 * @param evictions entries that fell out of it
 * @param tableReferences field lines that referred to the dynamic table
 * @param tableSize size of the dynamic table now, in octets (RFC 9204 §3.2.1)
 * @param tableCapacity capacity of the dynamic table now, in octets
 * @param blockedSections sections that had to wait (decoder) or were put at risk (encoder)
 */
public record TableStats(
    long sections,
    long plainOctets,
    long codedOctets,
    long instructionOctets,
    long inserts,
    long evictions,
    long tableReferences,
    long tableSize,
    long tableCapacity,
    long blockedSections) {

  /** Entries in the dynamic table now. */
  public long entries() {
    return inserts - evictions;
  }

  /** What coding saved, instructions counted against it, in octets; may be negative. */
  public long savedOctets() {
    return plainOctets - codedOctets - instructionOctets;
  }
}
