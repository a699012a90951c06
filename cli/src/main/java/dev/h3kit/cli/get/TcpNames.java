package dev.h3kit.cli.get;

import dev.h3kit.client.TcpResolverProvider;

/** Lets {@code --resolve}, {@code -4} and {@code -6} hold for TCP too. */
public final class TcpNames extends TcpResolverProvider {

  /** For the service loader. */
  public TcpNames() {}
}
