package dev.h3kit.core;

import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.ConnectionClosedException;
import dev.h3kit.core.transport.StopSendingException;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A peer whose acts are octets: what to do in the low three bits of the first and with which stream
 * in the others, then, where octets are sent, how many and which.
 */
final class AnyPeer {
  private static final int MOST_STREAMS = 20;

  private final Connection connection;
  private final List<Stream> streams;

  /**
   * @param streams those it may act on beside the ones that it opens
   */
  AnyPeer(Connection connection, List<Stream> streams) {
    this.connection = connection;
    this.streams = new ArrayList<>(streams);
  }

  /** Does as the octets say until they end or the connection does. */
  void act(byte[] octets) throws IOException {
    try {
      for (int at = 0; at < octets.length && !connection.closed().isDone(); ) {
        int what = octets[at++] & 0xff;
        at = act(what & 0x7, what >> 3, octets, at);
      }
      for (Stream stream : streams) {
        if (stream.bidirectional()) {
          stream.reset(Http3Error.H3_REQUEST_CANCELLED.code());
          stream.stopReading(Http3Error.H3_REQUEST_CANCELLED.code());
        }
      }
    } catch (ConnectionClosedException _) {
      // The other side has had enough.
    }
  }

  private int act(int what, int which, byte[] octets, int at) throws IOException {
    switch (what) {
      case 0, 1 -> {
        if (streams.size() < MOST_STREAMS) {
          Deadline soon = RawPeer.soon();
          streams.add(
              what == 0 ? connection.openUnidirectional(soon) : connection.openBidirectional(soon));
        }
      }
      case 2 -> {
        if (!streams.isEmpty()) {
          pick(which).reset(Http3Error.H3_REQUEST_CANCELLED.code());
        }
      }
      case 3 -> {
        if (!streams.isEmpty()) {
          pick(which).stopReading(Http3Error.H3_REQUEST_CANCELLED.code());
        }
      }
      case 4 -> {
        if (!streams.isEmpty()) {
          pick(which).finish();
        }
      }
      default -> {
        int length = at < octets.length ? octets[at++] & 0xff : 0;
        int end = Math.min(octets.length, at + length);
        if (!streams.isEmpty()) {
          write(pick(which), octets, at, end - at);
        }
        return end;
      }
    }
    return at;
  }

  private Stream pick(int which) {
    return streams.get(which % streams.size());
  }

  private static void write(Stream stream, byte[] octets, int offset, int length)
      throws IOException {
    try {
      stream.write(octets, offset, length, RawPeer.soon());
    } catch (ConnectionClosedException e) {
      throw e;
    } catch (StopSendingException _) {
      // It takes no more.
    } catch (IOException _) {
      // This peer has ended the stream itself.
    }
  }
}
