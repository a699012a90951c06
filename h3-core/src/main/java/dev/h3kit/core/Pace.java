package dev.h3kit.core;

/** When a message may hand its next content to its stream. */
interface Pace {
  /** Always at once. */
  Pace NONE =
      new Pace() {
        @Override
        public boolean tryEnter(int length) {
          return true;
        }

        @Override
        public void enter(int length) {}

        @Override
        public void leave() {}

        @Override
        public void cancel() {}
      };

  /** As {@link #enter} where that need not wait; otherwise does nothing and answers false. */
  boolean tryEnter(int length);

  /**
   * Waits until it is this message's turn to write so many octets, but never for long; then they
   * are written and {@link #leave} is called.
   */
  void enter(int length);

  /** What was announced has been written, or will not be. */
  void leave();

  /** The message is given up: nobody waits for its turn any more. */
  void cancel();
}
