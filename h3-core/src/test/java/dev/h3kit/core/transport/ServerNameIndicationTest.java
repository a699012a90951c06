package dev.h3kit.core.transport;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The name of the server in a client's first packet, which anybody can decrypt (RFC 9001 §5.2). */
@Timeout(60)
class ServerNameIndicationTest {
  private static final byte[] SALT =
      HexFormat.of().parseHex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a");

  // RFC 9114 §3.2: "HTTP/3 clients MUST support a mechanism to indicate the target host to the
  // server
  // during the TLS handshake. If the server is identified by a domain name ([DNS-TERMS]), clients
  // MUST send the Server Name Indication (SNI; [RFC6066]) TLS extension unless an alternative
  // mechanism to indicate the target host is used."
  @Test
  void rfc9114_3_2_theServersNameIsIndicated() throws Exception {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(20_000);
      Thread client =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  QuicClient.connect(
                      Loopback.clientConfig(),
                      "name.example",
                      new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort()),
                      Loopback.in(20));
                } catch (java.io.IOException _) {
                  // Nobody answers.
                }
              });
      DatagramPacket first = new DatagramPacket(new byte[2000], 2000);
      socket.receive(first);
      client.interrupt();
      String hello = new String(decrypted(first), StandardCharsets.ISO_8859_1);
      // RFC 6066 §3: a list with one name of the type host_name, in the extension of type 0.
      assertTrue(hello.contains("\0\0\0\21\0\17\0\0\14name.example"), "no SNI");
      client.join();
    }
  }

  /** The payload of the Initial packet with which a datagram begins. */
  private static byte[] decrypted(DatagramPacket datagram) throws GeneralSecurityException {
    byte[] octets = Arrays.copyOf(datagram.getData(), datagram.getLength());
    ByteBuffer in = ByteBuffer.wrap(octets).position(5);
    byte[] destination = new byte[in.get()];
    in.get(destination);
    in.position(in.position() + 1 + in.get(in.position()));
    int token = (int) Varints.read(in);
    in.position(in.position() + token);
    long length = Varints.read(in);
    int numberAt = in.position();
    KDF hkdf = KDF.getInstance("HKDF-SHA256");
    SecretKey initial =
        hkdf.deriveKey(
            "Generic",
            HKDFParameterSpec.ofExtract()
                .addSalt(SALT)
                .addIKM(destination)
                .thenExpand(label("client in", 32), 32));
    Cipher protection = Cipher.getInstance("AES/ECB/NoPadding");
    protection.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(expand(initial, "quic hp", 16), "AES"));
    byte[] mask = protection.doFinal(octets, numberAt + 4, 16);
    octets[0] ^= (byte) (mask[0] & 0x0f);
    int numberLength = (octets[0] & 0x03) + 1;
    byte[] nonce = expand(initial, "quic iv", 12);
    for (int i = 0; i < numberLength; i++) {
      octets[numberAt + i] ^= mask[1 + i];
      nonce[12 - numberLength + i] ^= octets[numberAt + i];
    }
    Cipher aead = Cipher.getInstance("AES/GCM/NoPadding");
    aead.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(expand(initial, "quic key", 16), "AES"),
        new GCMParameterSpec(128, nonce));
    aead.updateAAD(octets, 0, numberAt + numberLength);
    return aead.doFinal(octets, numberAt + numberLength, (int) length - numberLength);
  }

  private static byte[] expand(SecretKey secret, String label, int length)
      throws GeneralSecurityException {
    return KDF.getInstance("HKDF-SHA256")
        .deriveData(HKDFParameterSpec.expandOnly(secret, label(label, length), length));
  }

  /** The HkdfLabel of RFC 8446 §7.1, without a context. */
  private static byte[] label(String label, int length) {
    byte[] text = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(text.length + 4)
        .putShort((short) length)
        .put((byte) text.length)
        .put(text)
        .put((byte) 0)
        .array();
  }
}
