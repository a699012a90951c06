package dev.h3kit.core.transport;

import java.time.Duration;

/**
 * Counters of a connection.
 *
 * @param datagramsSent UDP datagrams sent
 * @param datagramsReceived UDP datagrams received
 * @param octetsSent octets of UDP payload sent
 * @param octetsReceived octets of UDP payload received
 * @param packetsLost packets declared lost
 * @param smoothedRtt smoothed round-trip time (RFC 9002 §5.3), zero if unknown
 */
public record ConnectionStats(
    long datagramsSent,
    long datagramsReceived,
    long octetsSent,
    long octetsReceived,
    long packetsLost,
    Duration smoothedRtt) {}
