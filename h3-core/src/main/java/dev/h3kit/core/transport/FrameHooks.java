package dev.h3kit.core.transport;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import tech.kwik.core.frame.ConnectionCloseFrame;
import tech.kwik.core.frame.DataBlockedFrame;
import tech.kwik.core.frame.DatagramFrame;
import tech.kwik.core.frame.FrameProcessor;
import tech.kwik.core.frame.MaxDataFrame;
import tech.kwik.core.frame.MaxStreamDataFrame;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.frame.StopSendingFrame;
import tech.kwik.core.frame.StreamDataBlockedFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.QuicPacket;

/**
 * What is read off a connection's packets. kwik shows each packet to its logger, a received one
 * before its frames are processed and a sent one after it has left. Where we need to know that kwik
 * <em>has</em> processed a frame, a padding frame of our own is put behind it in the packet's list:
 * when kwik comes to it, we are called.
 */
final class FrameHooks {
  /** How kwik announces a packet's payload among other decrypted things. */
  private static final String PAYLOAD = "Decrypted payload";

  private FrameHooks() {}

  /**
   * On the connection's receive thread, before kwik parses a decrypted packet. One that would make
   * it allocate without bounds becomes PADDING.
   *
   * @return whether the packet was sound
   */
  static boolean decrypted(String message, byte[] payload) {
    if (!message.equals(PAYLOAD) || FrameLengths.plausible(ByteBuffer.wrap(payload))) {
      return true;
    }
    Arrays.fill(payload, (byte) 0);
    return false;
  }

  /** On the connection's receive thread, before kwik processes the packet. */
  static void received(KwikConnection connection, QuicPacket packet) {
    connection.countReceived(packet.getSize());
    List<QuicFrame> frames = packet.getFrames();
    int count = frames.size();
    for (int i = 0; i < count; i++) {
      switch (frames.get(i)) {
        case StreamFrame f -> {
          KwikStream stream = connection.streamOfPeerFrame(f.getStreamId());
          if (stream != null) {
            long end = f.isFinal() ? f.getUpToOffset() : -1;
            frames.add(new Processed(() -> stream.arrived(end)));
          }
        }
        case ResetStreamFrame f -> {
          KwikStream stream = connection.streamOfPeerFrame(f.getStreamId());
          if (stream != null) {
            stream.resetByPeer(f.getErrorCode());
          }
        }
        case StopSendingFrame f -> {
          KwikStream stream = connection.streamOfPeerFrame(f.getStreamId());
          if (stream != null) {
            stream.stoppedByPeer(f.getErrorCode());
          }
        }
        case MaxStreamsFrame f ->
            frames.add(
                new Processed(() ->
                    connection.streamLimitRaised(f.isAppliesToBidirectional(), f.getMaxStreams())));
        case MaxStreamDataFrame f -> connection.dataLimitRaised();
        case MaxDataFrame f -> connection.dataLimitRaised();
        case DataBlockedFrame f -> frames.add(new Processed(connection::repeatDataLimit));
        case ConnectionCloseFrame f -> connection.closeFrameCame(f);
        default -> {}
      }
    }
  }

  /** On the connection's sender thread, after the packets have left. */
  static void sent(KwikConnection connection, List<QuicPacket> packets) {
    boolean ofStreams = false;
    for (QuicPacket packet : packets) {
      for (QuicFrame frame : packet.getFrames()) {
        switch (frame) {
          case StreamFrame f -> {
            ofStreams = true;
            KwikStream stream = connection.stream(f.getStreamId());
            if (stream != null) {
              stream.left(f.getUpToOffset(), f.isFinal());
            }
          }
          case StreamDataBlockedFrame f -> blocked(connection, f);
          case DatagramFrame f -> connection.datagrams().left();
          case MaxDataFrame f -> connection.dataLimitSent(f.getMaxData());
          case NewConnectionIdFrame f -> connection.connectionIdIssued(f.getConnectionId());
          default -> {}
        }
      }
    }
    if (ofStreams) {
      connection.streamsSent();
    }
  }

  /** The frame does not tell its fields, but writes them (RFC 9000 §19.13). */
  private static void blocked(KwikConnection connection, StreamDataBlockedFrame frame) {
    ByteBuffer octets = ByteBuffer.allocate(frame.getFrameLength());
    frame.serialize(octets);
    octets.flip().get();
    KwikStream stream = connection.stream((int) Varints.read(octets));
    if (stream != null) {
      stream.blocked(Varints.read(octets));
    }
  }

  /** Calls us when kwik has processed the frames before it. */
  private static final class Processed extends Padding {
    private final Runnable action;

    Processed(Runnable action) {
      this.action = action;
    }

    @Override
    public void accept(FrameProcessor processor, QuicPacket packet, PacketMetaData metaData) {
      action.run();
    }
  }
}
