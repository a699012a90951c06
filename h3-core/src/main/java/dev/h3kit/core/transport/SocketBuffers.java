package dev.h3kit.core.transport;

/**
 * What the kernel granted a UDP socket. On Linux it grants at most {@code net.core.rmem_max} and
 * {@code net.core.wmem_max}; a receive buffer much smaller than asked for loses packets under load.
 *
 * @param asked octets asked for in each direction
 * @param receive octets granted for receiving
 * @param send octets granted for sending
 */
public record SocketBuffers(int asked, int receive, int send) {

  /** Whether the kernel gave less than was asked for. */
  public boolean small() {
    return receive < asked || send < asked;
  }
}
