package dev.h3kit.client;

/** The resolver of the JVM that runs the tests, as an application would install it. */
public final class InstalledResolver extends TcpResolverProvider {
  /** For the service loader. */
  public InstalledResolver() {}
}
