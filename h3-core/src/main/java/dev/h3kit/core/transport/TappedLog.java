package dev.h3kit.core.transport;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.CryptoFrame;
import tech.kwik.core.frame.Padding;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.log.QLog;
import tech.kwik.core.packet.QuicPacket;

/** The logger of a client connection that somebody listens to. */
final class TappedLog extends PacketLog implements QLog {
  private static final int CLIENT_HELLO = 1;
  private static final int RANDOM_AT = 6;
  private static final int RANDOM = 32;

  private final PacketTap tap;
  private volatile byte @Nullable [] clientRandom;

  TappedLog(KwikConnection connection, PacketTap tap) {
    super(connection);
    this.tap = tap;
  }

  @Override
  public void received(Instant when, int datagram, QuicPacket packet) {
    // Before hooks are put among the packet's frames.
    tap.received(packet(packet));
    super.received(when, datagram, packet);
  }

  @Override
  public void sent(Instant when, List<QuicPacket> packets) {
    for (QuicPacket packet : packets) {
      noteClientRandom(packet);
      tap.sent(packet(packet));
    }
    super.sent(when, packets);
  }

  @Override
  public void sent(Instant when, QuicPacket packet) {
    noteClientRandom(packet);
    tap.sent(packet(packet));
    super.sent(when, packet);
  }

  /** RFC 8446 §4.1.2: type, length, version, then the random. */
  private void noteClientRandom(QuicPacket packet) {
    if (clientRandom != null || packet.getEncryptionLevel() != EncryptionLevel.Initial) {
      return;
    }
    for (QuicFrame frame : packet.getFrames()) {
      if (frame instanceof CryptoFrame crypto
          && crypto.getOffset() == 0
          && crypto.getStreamData().length >= RANDOM_AT + RANDOM
          && crypto.getStreamData()[0] == CLIENT_HELLO) {
        clientRandom = Arrays.copyOfRange(crypto.getStreamData(), RANDOM_AT, RANDOM_AT + RANDOM);
      }
    }
  }

  @Override
  public void secret(String message, byte[] secret) {
    byte[] random = clientRandom;
    String label =
        switch (message.replaceAll("[: ]+$", "")) {
          case "ClientHandshakeTrafficSecret" -> "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
          case "ServerHandshakeTrafficSecret" -> "SERVER_HANDSHAKE_TRAFFIC_SECRET";
          case "ClientApplicationTrafficSecret" -> "CLIENT_TRAFFIC_SECRET_0";
          case "ServerApplicationTrafficSecret" -> "SERVER_TRAFFIC_SECRET_0";
          default -> "";
        };
    if (random != null && !label.isEmpty()) {
      tap.secret(label, random.clone(), secret.clone());
    }
  }

  private static PacketTap.Packet packet(QuicPacket packet) {
    String type =
        switch (packet.getEncryptionLevel()) {
          case null -> "unknown";
          case Initial -> "initial";
          case ZeroRTT -> "0RTT";
          case Handshake -> "handshake";
          case App -> "1RTT";
        };
    List<Map<String, Object>> frames = new ArrayList<>();
    for (QuicFrame frame : packet.getFrames()) {
      frames.add(frame(frame));
    }
    Long number = packet.getPacketNumber();
    return new PacketTap.Packet(
        type, number == null ? -1 : number, Math.max(0, packet.getSize()), frames);
  }

  private static Map<String, Object> frame(QuicFrame frame) {
    Map<String, Object> told = new LinkedHashMap<>();
    switch (frame) {
      case StreamFrame f -> {
        told.put("frame_type", "stream");
        told.put("stream_id", f.getStreamId());
        told.put("offset", f.getOffset());
        told.put("length", f.getLength());
        told.put("fin", f.isFinal());
      }
      case CryptoFrame f -> {
        told.put("frame_type", "crypto");
        told.put("offset", f.getOffset());
        told.put("length", f.getLength());
      }
      case AckFrame f -> {
        told.put("frame_type", "ack");
        told.put(
            "acked_ranges",
            f.getAcknowledgedRanges().stream()
                .map(range -> List.of(range.getSmallest(), range.getLargest()))
                .toList());
      }
      case Padding _ -> told.put("frame_type", "padding");
      default -> told.put("frame_type", name(frame));
    }
    return told;
  }

  /** {@code MaxStreamDataFrame} is {@code max_stream_data} there. */
  private static String name(QuicFrame frame) {
    return frame
        .getClass()
        .getSimpleName()
        .replaceAll("Frame$", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
        .toLowerCase(Locale.ROOT);
  }

  @Override
  public QLog getQLog() {
    return this;
  }

  @Override
  public void emitConnectionCreatedEvent(Instant created) {}

  @Override
  public void emitPacketSentEvent(QuicPacket packet, Instant sent) {}

  @Override
  public void emitPacketSentEvent(List<QuicPacket> packets, Instant sent) {}

  @Override
  public void emitPacketReceivedEvent(QuicPacket packet, Instant received) {}

  @Override
  public void emitPacketLostEvent(QuicPacket packet, Instant received) {
    tap.lost(packet(packet));
  }

  @Override
  public void emitConnectionTerminatedEvent() {}

  @Override
  public void emitCongestionControlMetrics(long congestionWindow, long bytesInFlight) {
    tap.metrics(congestionWindow, bytesInFlight, -1, -1);
  }

  @Override
  public void emitRttMetrics(int smoothedRtt, int rttVar, int latestRtt) {
    tap.metrics(-1, -1, smoothedRtt, latestRtt);
  }

  @Override
  public void emitRecoveryMetrics(
      long congestionWindow, long bytesInFlight, int smoothedRtt, int rttVar, int latestRtt) {
    tap.metrics(congestionWindow, bytesInFlight, smoothedRtt, latestRtt);
  }

  @Override
  public void emitConnectionClosedEvent(Instant time) {}

  @Override
  public void emitConnectionClosedEvent(Instant time, long errorCode, String errorReason) {}
}
