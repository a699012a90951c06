package dev.h3kit.cli.get;

/** Shows a person how far a transfer is. Used by one thread. */
interface Progress {
  /** Shows nothing. */
  Progress NONE =
      new Progress() {
        @Override
        public void at(long received, long expected) {}

        @Override
        public void end(long received, long expected, boolean whole) {}
      };

  /**
   * Shows where the transfer is.
   *
   * @param received octets so far
   * @param expected octets in all, or -1
   */
  void at(long received, long expected);

  /** The body is over. */
  void end(long received, long expected, boolean whole);
}
