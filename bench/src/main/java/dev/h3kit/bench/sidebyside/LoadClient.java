package dev.h3kit.bench.sidebyside;

/** A client with one connection to a {@link LoadServer}. Thread-safe. */
interface LoadClient extends AutoCloseable {
  /** The size of a buffer that holds what is sent or received. */
  int BUFFER = 16 << 10;

  /**
   * Fetches {@code size} octets.
   *
   * @return how many came
   */
  long download(long size) throws Exception;

  /**
   * Sends {@code size} octets.
   *
   * @return how many the server counted
   */
  long upload(long size) throws Exception;

  @Override
  void close();
}
