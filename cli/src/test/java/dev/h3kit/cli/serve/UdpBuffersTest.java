package dev.h3kit.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UdpBuffersTest {
  @TempDir Path limits;

  private String warning(String receive, String send) throws Exception {
    Files.writeString(limits.resolve("rmem_max"), receive);
    Files.writeString(limits.resolve("wmem_max"), send);
    return UdpBuffers.of(limits).warning();
  }

  @Test
  void smallLimitsOfTheKernelAreSaidWithTheLineThatRaisesThem() throws Exception {
    String warning = warning("212992\n", "4194304\n");
    assertTrue(warning.contains("208 KB"), warning);
    assertTrue(
        warning.contains("sudo sysctl -w net.core.rmem_max=7500000 net.core.wmem_max=7500000"),
        warning);
    assertTrue(!warning("4194304\n", "4194303\n").isEmpty());
  }

  @Test
  void enoughAndUnknownAreNotMentioned() throws Exception {
    assertEquals("", warning("4194304\n", "4194304\n"));
    assertEquals("", warning("", "odd"));
    assertEquals("", UdpBuffers.of(limits.resolve("none")).warning());
  }
}
