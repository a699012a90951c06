package dev.h3kit.cli.compare;

import dev.h3kit.client.HttpProtocol;
import java.time.Duration;

/**
 * One measured fetch over a connection of its own. Times are since its start.
 *
 * @param protocol what carried it
 * @param handshake when the connection was secured
 * @param firstByte when the response's head came
 * @param total when its body had come
 * @param status the status code
 * @param octets of the body
 */
record Sample(
    HttpProtocol protocol,
    Duration handshake,
    Duration firstByte,
    Duration total,
    int status,
    long octets) {

  /** What is compared. */
  enum Measure {
    HANDSHAKE("handshake", "handshake_seconds"),
    FIRST_BYTE("first byte", "first_byte_seconds"),
    TOTAL("total", "total_seconds");

    private final String title;
    private final String key;

    Measure(String title, String key) {
      this.title = title;
      this.key = key;
    }

    String title() {
      return title;
    }

    /** Its name in JSON. */
    String key() {
      return key;
    }

    /** The value in seconds. */
    double of(Sample sample) {
      Duration time =
          switch (this) {
            case HANDSHAKE -> sample.handshake();
            case FIRST_BYTE -> sample.firstByte();
            case TOTAL -> sample.total();
          };
      return time.toNanos() / 1e9;
    }
  }
}
