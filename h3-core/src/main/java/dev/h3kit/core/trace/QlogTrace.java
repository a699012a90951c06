package dev.h3kit.core.trace;

import dev.h3kit.core.ConnectionInfo;
import dev.h3kit.core.Http3Events;
import dev.h3kit.core.transport.Connection;
import dev.h3kit.core.transport.PacketTap;
import dev.h3kit.core.transport.Stream;
import dev.h3kit.core.transport.Termination;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The qlog of one connection of a client. It is given to the transport as its tap, put around the
 * connection that comes out, and told of HTTP/3 as its events. Thread-safe.
 */
public final class QlogTrace implements PacketTap, Http3Events {
  private static final long CONTROL = 0x0;
  private static final long PUSH = 0x1;
  private static final long ENCODER = 0x2;
  private static final long DECODER = 0x3;

  private final QlogFile file;

  QlogTrace(QlogFile file) {
    this.file = file;
  }

  /** The connection with a watch on its streams. */
  public Connection around(Connection connection) {
    var _ = connection.closed().thenAccept(this::ended);
    return Watched.connection(connection, StreamWatch::new);
  }

  /** The two directions of one stream. */
  private final class StreamWatch implements Watched.Watch {
    private final FrameScanner sent;
    private final FrameScanner received;

    StreamWatch(Stream stream) {
      boolean unidirectional = !stream.bidirectional();
      sent = new FrameScanner(unidirectional, new Found(stream.id(), true));
      received = new FrameScanner(unidirectional, new Found(stream.id(), false));
    }

    @Override
    public void written(byte[] octets, int offset, int length) {
      sent.scan(octets, offset, length);
    }

    @Override
    public void read(byte[] octets, int offset, int length) {
      received.scan(octets, offset, length);
    }
  }

  /** Tells another one too what is told here of packets and secrets. */
  public PacketTap tap(PacketTap other) {
    return other.equals(PacketTap.NONE)
        ? this
        : Watched.proxy(
            PacketTap.class,
            (method, arguments) -> {
              Object nothing = Watched.call(this, method, arguments);
              return nothing == null ? Watched.call(other, method, arguments) : nothing;
            });
  }

  /** Events for this file and for another listener. */
  public Http3Events events(Http3Events other) {
    return other.equals(Http3Events.NONE)
        ? this
        : Watched.proxy(
            Http3Events.class,
            (method, arguments) -> {
              Object nothing = Watched.call(this, method, arguments);
              return nothing == null ? Watched.call(other, method, arguments) : nothing;
            });
  }

  /** The connection could not be made: ends the file. */
  public void failed(Exception cause) {
    event(
        "connectivity:connection_closed",
        "owner",
        "local",
        "reason",
        String.valueOf(cause.getMessage()));
    file.close();
  }

  /** What is found on one stream in one direction. */
  private final class Found implements FrameScanner.Findings {
    private final long id;
    private final boolean ours;
    private long streamType = -1;
    private InstructionScanner instructions;

    Found(long id, boolean ours) {
      this.id = id;
      this.ours = ours;
      this.instructions = new InstructionScanner(false, this::instruction);
    }

    @Override
    public void streamType(long type) {
      streamType = type;
      instructions = new InstructionScanner(type == ENCODER, this::instruction);
      event(
          "http:stream_type_set",
          "owner",
          ours ? "local" : "remote",
          "stream_id",
          id,
          "stream_type",
          name(type));
    }

    private static String name(long type) {
      return switch ((int) Math.min(type, Integer.MAX_VALUE)) {
        case (int) CONTROL -> "control";
        case (int) PUSH -> "push";
        case (int) ENCODER -> "qpack_encode";
        case (int) DECODER -> "qpack_decode";
        default -> type >= 0x21 && (type - 0x21) % 0x1f == 0 ? "reserved" : "unknown";
      };
    }

    @Override
    public void frame(Map<String, Object> frame, long length) {
      if (frame.get("settings") instanceof List<?> settings) {
        parameters(settings);
      }
      event(
          ours ? "http:frame_created" : "http:frame_parsed",
          "stream_id",
          id,
          "length",
          length,
          "frame",
          frame);
    }

    private void parameters(List<?> settings) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("owner", ours ? "local" : "remote");
      for (Object each : settings) {
        if (each instanceof Map<?, ?> setting) {
          Object value = setting.get("value");
          switch (String.valueOf(setting.get("name"))) {
            case "settings_max_field_section_size" -> data.put("max_field_section_size", value);
            case "settings_qpack_max_table_capacity" -> data.put("max_table_capacity", value);
            case "settings_qpack_blocked_streams" -> data.put("blocked_streams_count", value);
            default -> {}
          }
        }
      }
      file.event("http:parameters_set", data);
    }

    @Override
    public void raw(byte[] octets, int offset, int length) {
      if (streamType == ENCODER || streamType == DECODER) {
        instructions.scan(octets, offset, length);
      }
    }

    private void instruction(Map<String, Object> instruction, int length) {
      event(
          ours ? "qpack:instruction_created" : "qpack:instruction_parsed",
          "instruction",
          instruction,
          "length",
          length);
    }
  }

  @Override
  public void sent(Packet packet) {
    packet("transport:packet_sent", packet);
  }

  @Override
  public void received(Packet packet) {
    packet("transport:packet_received", packet);
  }

  @Override
  public void lost(Packet packet) {
    event("recovery:packet_lost", "header", header(packet), "frames", packet.frames());
  }

  private void packet(String name, Packet packet) {
    event(
        name,
        "header",
        header(packet),
        "raw",
        Map.of("length", packet.octets()),
        "frames",
        packet.frames());
  }

  private static Map<String, Object> header(Packet packet) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("packet_type", packet.type());
    if (packet.number() >= 0) {
      header.put("packet_number", packet.number());
    }
    return header;
  }

  @Override
  public void metrics(long congestionWindow, long inFlight, int smoothedRtt, int latestRtt) {
    Map<String, Object> data = new LinkedHashMap<>();
    known(data, "congestion_window", congestionWindow);
    known(data, "bytes_in_flight", inFlight);
    known(data, "smoothed_rtt", smoothedRtt);
    known(data, "latest_rtt", latestRtt);
    file.event("recovery:metrics_updated", data);
  }

  private static void known(Map<String, Object> data, String name, long value) {
    if (value >= 0) {
      data.put(name, value);
    }
  }

  @Override
  public void connected(ConnectionInfo connection) {
    event(
        "connectivity:connection_started",
        "ip_version",
        connection.remote().getAddress().getAddress().length == 4 ? "ipv4" : "ipv6",
        "src_ip",
        connection.local().getAddress().getHostAddress(),
        "src_port",
        connection.local().getPort(),
        "dst_ip",
        connection.remote().getAddress().getHostAddress(),
        "dst_port",
        connection.remote().getPort());
  }

  @Override
  public void sectionSent(long streamId, int lines, int plainOctets, int codedOctets) {
    section("qpack:headers_encoded", streamId, codedOctets);
  }

  @Override
  public void sectionReceived(long streamId, int lines, int plainOctets, int codedOctets) {
    section("qpack:headers_decoded", streamId, codedOctets);
  }

  private void section(String name, long streamId, int codedOctets) {
    event(name, "stream_id", streamId, "headers", List.of(), "length", codedOctets);
  }

  @Override
  public void sectionBlocked(long streamId, long requiredInsertCount) {
    event("qpack:stream_state_updated", "stream_id", streamId, "state", "blocked");
  }

  @Override
  public void sectionUnblocked(long streamId) {
    event("qpack:stream_state_updated", "stream_id", streamId, "state", "unblocked");
  }

  private void ended(Termination termination) {
    boolean application = termination.kind() == Termination.Kind.APPLICATION;
    event(
        "connectivity:connection_closed",
        "owner",
        termination.by() == Termination.By.PEER ? "remote" : "local",
        application ? "application_code" : "connection_code",
        termination.errorCode(),
        "reason",
        termination.reason());
    file.close();
  }

  private void event(String name, Object... data) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (int i = 0; i < data.length; i += 2) {
      all.put((String) data[i], data[i + 1]);
    }
    file.event(name, all);
  }
}
