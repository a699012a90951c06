package dev.h3kit.core;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;

/**
 * What is known of a connection at this moment.
 *
 * @param id a number unique in this process
 * @param local our address
 * @param remote the peer's address
 * @param peerCertificates the peer's certificate chain, leaf first; may be empty
 * @param handshake how long the handshake took, zero if unknown
 * @param smoothedRtt the smoothed round-trip time, zero if unknown
 */
public record ConnectionInfo(
    long id,
    InetSocketAddress local,
    InetSocketAddress remote,
    List<X509Certificate> peerCertificates,
    Duration handshake,
    Duration smoothedRtt) {}
