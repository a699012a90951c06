package dev.h3kit.core;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An HTTP/3 connection or stream failed. */
public abstract sealed class Http3Exception extends IOException {
  private static final long serialVersionUID = 1L;

  private final long code;
  private final boolean remote;

  private Http3Exception(long code, boolean remote, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.remote = remote;
  }

  /** The error code, mostly one of {@link Http3Error}; peers may send others. */
  public long code() {
    return code;
  }

  /**
   * Whether the peer sent the code; false where this side found the error or the network failed.
   */
  public boolean remote() {
    return remote;
  }

  /** An error of this side's finding that ends the connection. */
  static OfConnection connection(Http3Error error, String section, String message) {
    return new OfConnection(error.code(), false, rule(error, section, message), null);
  }

  /** An error of this side's finding that ends one stream. */
  static OfStream stream(Http3Error error, String section, String message) {
    return new OfStream(error.code(), false, rule(error, section, message), null);
  }

  private static String rule(Http3Error error, String section, String message) {
    return message + " (RFC 9114 §" + section + ", " + error + ")";
  }

  /** The connection has ended, and all its streams with it. */
  public static final class OfConnection extends Http3Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param code the error code of the connection
     * @param remote whether the peer sent it
     * @param message what happened, for a person
     */
    public OfConnection(long code, boolean remote, String message, @Nullable Throwable cause) {
      super(code, remote, message, cause);
    }
  }

  /** One stream has ended; the connection goes on. */
  public static final class OfStream extends Http3Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param code the error code of the stream
     * @param remote whether the peer sent it
     * @param message what happened, for a person
     */
    public OfStream(long code, boolean remote, String message, @Nullable Throwable cause) {
      super(code, remote, message, cause);
    }
  }
}
