package dev.h3kit.client;

import static dev.h3kit.client.ContractTest.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.h3kit.client.TestServer.Speaks;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Key logs and qlog files of a client. */
@Timeout(60)
class TraceTest {
  @TempDir Path folder;
  private final List<Path> troubles = new CopyOnWriteArrayList<>();

  private H3ClientBuilder builder() {
    return H3Client.newBuilder()
        .trust(TestAuthority.SHARED.trust())
        .protocolMode(ProtocolMode.HTTP3_ONLY)
        .clientEvents(
            new H3ClientEvents() {
              @Override
              public void traceFailed(Path file, IOException cause) {
                troubles.add(file);
              }
            });
  }

  @Test
  void theSecretsOfEachConnectionAreAppendedToTheKeyLog() throws Exception {
    Path keys = folder.resolve("keys");
    try (TestServer server = TestServer.start(Speaks.QUIC)) {
      for (int i = 0; i < 2; i++) {
        try (H3Client client = builder().keyLog(keys).build()) {
          client.send(get(server.uri("/hello")), BodyHandlers.discarding());
        }
      }
    }
    List<String> labels = new ArrayList<>();
    List<String> randoms = new ArrayList<>();
    for (String line : Files.readAllLines(keys)) {
      assertTrue(line.matches("[A-Z_0-9]+ [0-9a-f]{64} ([0-9a-f]{64}|[0-9a-f]{96})"), line);
      labels.add(line.split(" ", -1)[0]);
      randoms.add(line.split(" ", -1)[1]);
    }
    assertEquals(2, randoms.stream().distinct().count());
    for (String label :
        List.of(
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            "CLIENT_TRAFFIC_SECRET_0",
            "SERVER_TRAFFIC_SECRET_0")) {
      assertEquals(2, labels.stream().filter(label::equals).count(), label);
    }
    assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(keys));
    assertEquals(List.of(), troubles);
  }

  /** The records of the one file, once its connection is over. */
  private List<String> records() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertEquals(1, all.size());
      assertTrue(all.getFirst().toString().endsWith(".sqlog"));
      String text = "";
      // A connection may end a little later than its client.
      while (!text.contains("connectivity:connection_closed") || !text.endsWith("\n")) {
        Thread.onSpinWait();
        text = Files.readString(all.getFirst(), StandardCharsets.UTF_8);
      }
      assertTrue(text.startsWith("\u001e{") && text.endsWith("}\n"), text);
      return List.of(text.substring(1).split("\n\u001e", -1));
    }
  }

  @Test
  void aConnectionHasAQlogFileWithItsPacketsFramesAndInstructions() throws Exception {
    try (TestServer server = TestServer.start(Speaks.QUIC);
        H3Client client = builder().qlog(folder).build()) {
      for (int i = 0; i < 2; i++) {
        HttpRequest request =
            HttpRequest.newBuilder(server.uri("/echo"))
                .header("x-secret", "do not write this down")
                .POST(BodyPublishers.ofString("some content"))
                .build();
        assertEquals("some content", client.send(request, BodyHandlers.ofString()).body());
      }
    }
    List<String> records = records();
    String header = records.getFirst();
    assertTrue(header.contains("\"qlog_version\":\"0.3\""), header);
    assertTrue(header.contains("\"qlog_format\":\"JSON-SEQ\""), header);
    for (String wanted :
        List.of(
            "\"name\":\"transport:packet_sent\",\"data\":{\"header\":{\"packet_type\":\"initial\"",
            "\"name\":\"transport:packet_received\"",
            "\"frame_type\":\"stream\",\"stream_id\":0,\"offset\":0",
            "\"name\":\"recovery:metrics_updated\"",
            "\"name\":\"connectivity:connection_started\"",
            "\"name\":\"http:parameters_set\",\"data\":{\"owner\":\"local\"",
            "\"name\":\"http:parameters_set\",\"data\":{\"owner\":\"remote\"",
            "\"owner\":\"local\",\"stream_id\":2,\"stream_type\":\"control\"",
            "\"stream_type\":\"qpack_encode\"",
            "\"name\":\"http:frame_created\",\"data\":{\"stream_id\":0",
            "\"length\":12,\"frame\":{\"frame_type\":\"data\"}",
            "\"name\":\"http:frame_parsed\",\"data\":{\"stream_id\":4",
            "\"frame_type\":\"settings\"",
            "\"name\":\"qpack:instruction_created\"",
            "\"instruction_type\":\"section_acknowledgment\"",
            "\"name\":\"qpack:headers_encoded\"",
            "\"name\":\"qpack:headers_decoded\"",
            "\"name\":\"connectivity:connection_closed\"")) {
      assertTrue(
          records.stream().anyMatch(each -> each.contains(wanted)),
          () -> wanted + " is not in " + String.join("\n", records));
    }
    assertFalse(String.join("", records).contains("do not write"));
    assertEquals(List.of(), troubles);
  }

  @Test
  void aConnectionThatCannotBeMadeHasAFileThatSaysWhy() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0)) {
      port = closed.getLocalPort();
    }
    try (H3Client client = builder().qlog(folder).build()) {
      assertThrows(
          IOException.class,
          () ->
              client.send(
                  get(URI.create("https://127.0.0.1:" + port + "/")), BodyHandlers.discarding()));
    }
    assertTrue(records().getLast().contains("connectivity:connection_closed"));
  }

  @Test
  void filesThatCannotBeWrittenAreToldAndDoNoHarm() throws Exception {
    Path file = Files.createFile(folder.resolve("no-folder"));
    try (TestServer server = TestServer.start(Speaks.QUIC);
        H3Client client = builder().qlog(file).keyLog(file.resolve("keys")).build()) {
      assertEquals("hello", client.send(get(server.uri("/hello")), BodyHandlers.ofString()).body());
    }
    assertTrue(troubles.contains(file));
    assertTrue(troubles.contains(file.resolve("keys")));
  }
}
