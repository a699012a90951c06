package dev.h3kit.core.hostile;

import dev.h3kit.core.Http3Error;
import dev.h3kit.core.RawPeer;
import dev.h3kit.core.Wire;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/** What a hostile client does with a connection of its own, at random. */
enum Attack {
  NOISE_ON_REQUEST_STREAMS {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      for (int i = random.nextInt(1, 20); i > 0; i--) {
        Stream stream = peer.request(noise(random, 2000));
        if (random.nextBoolean()) {
          stream.finish();
        }
      }
    }
  },
  NOISE_ON_OTHER_STREAMS {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      for (int i = 0; i < 4; i++) {
        peer.unidirectional(Wire.varint(random.nextInt(5)), noise(random, 500));
      }
    }
  },
  DATA_BEFORE_HEADERS {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      RawPeer.readAll(peer.wholeRequest(Wire.data("too early")));
    }
  },
  SECOND_CONTROL_STREAM {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      peer.unidirectional(Wire.control());
      peer.unidirectional(Wire.control());
      RawPeer.readAll(peer.wholeRequest(Wire.get()));
    }
  },
  RAPID_RESET {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      for (int i = 0; i < 300; i++) {
        peer.request(Wire.get()).reset(Http3Error.H3_REQUEST_CANCELLED.code());
      }
    }
  },
  UNKNOWN_FRAMES {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      Stream stream = peer.request();
      for (int i = 0; i < 3000; i++) {
        RawPeer.write(stream, Wire.frame(0x40 + random.nextInt(1000), new byte[random.nextInt(9)]));
      }
    }
  },
  HALF_A_REQUEST {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      byte[] whole = Wire.get();
      for (int i = 0; i < 50; i++) {
        peer.request(Arrays.copyOf(whole, random.nextInt(whole.length)));
      }
    }
  },
  HUGE_LENGTHS {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      long length = random.nextBoolean() ? (1L << 62) - 1 : 1 << 30;
      peer.request(Wire.varint(random.nextInt(9)), Wire.varint(length), noise(random, 5000));
    }
  },
  TABLE_CHURN {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      byte[] insert = Wire.hex("41610162");
      Stream stream = peer.unidirectional(Wire.hex("02"), Wire.hex("3fe11f"));
      for (int i = 0; i < 5000; i++) {
        RawPeer.write(stream, insert);
      }
    }
  },
  UNREAD_RESPONSES {
    @Override
    void run(RawPeer peer, Random random) throws IOException {
      byte[] post =
          Wire.headers(":method", "POST", ":scheme", "https", ":authority", "a", ":path", "/");
      for (int i = 0; i < 10; i++) {
        peer.wholeRequest(post, Wire.frame(0, noise(random, 60_000)));
      }
    }
  };

  abstract void run(RawPeer peer, Random random) throws IOException;

  private static byte[] noise(Random random, int most) {
    byte[] octets = new byte[random.nextInt(1, most)];
    random.nextBytes(octets);
    return octets;
  }
}
