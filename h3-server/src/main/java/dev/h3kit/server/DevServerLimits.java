package dev.h3kit.server;

import dev.h3kit.core.Http3Limits;
import dev.h3kit.core.transport.Limit;
import dev.h3kit.core.transport.ServerTransportConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The limits of a development server. docs/limits.md gives the reason of each, what a peer sees
 * that reaches it, and the test.
 *
 * @param http3 what a client is granted over HTTP/3, and where it has the same meaning over the
 *     other versions
 * @param tcpConnections TCP connections of one address listened on; further ones are accepted when
 *     others end
 * @param ranges ranges of a request; one with more is answered with the whole file
 * @param listingEntries entries that the listing of a folder shows
 * @param pathSegments names in a path
 */
public record DevServerLimits(
    Http3Limits http3, int tcpConnections, int ranges, int listingEntries, int pathSegments) {

  /** What every development server has. */
  public static final DevServerLimits DEFAULT =
      new DevServerLimits(
          Http3Limits.SERVER, 256, ByteRanges.MOST, ListingPage.MOST_ENTRIES, SitePath.DEEPEST);

  /** All of them, as a person reads them. */
  public List<Limit> list() {
    List<Limit> all = new ArrayList<>(http3.list());
    all.addAll(ServerTransportConfig.defaultLimits());
    all.add(Limit.count("TCP connections", tcpConnections));
    all.add(Limit.count("ranges of a request", ranges));
    all.add(Limit.count("entries of a listing", listingEntries));
    all.add(Limit.count("names in a path", pathSegments));
    return List.copyOf(all);
  }
}
