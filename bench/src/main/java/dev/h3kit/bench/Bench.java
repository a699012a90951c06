package dev.h3kit.bench;

/** Runs the measurements by name. */
public final class Bench {
  private Bench() {}

  /** Runs the measurement that the first argument names. */
  public static void main(String[] args) {
    System.err.println("usage: bench NAME");
    System.exit(2);
  }
}
