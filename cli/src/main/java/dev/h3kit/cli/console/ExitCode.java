package dev.h3kit.cli.console;

/** Why a command ended, in curl's numbers, so that scripts written for curl go on working. */
public enum ExitCode {
  /** All went well. */
  OK(0),
  /** A URL whose scheme is not one of ours. */
  UNSUPPORTED_PROTOCOL(1),
  /** A server could not start. */
  SERVER_NOT_STARTED(1),
  /** A command could not start: wrong options, or a state of the machine it cannot work in. */
  USAGE(2),
  /** A URL is malformed. */
  URL_MALFORMED(3),
  /** A host name could not be resolved. */
  COULD_NOT_RESOLVE_HOST(6),
  /** No connection could be made. */
  COULD_NOT_CONNECT(7),
  /** The body ended before it was whole. */
  PARTIAL_FILE(18),
  /** The server answered 400 or above and {@code --fail} was given. */
  HTTP_RETURNED_ERROR(22),
  /** The output could not be written. */
  WRITE_ERROR(23),
  /** A local file could not be read. */
  READ_ERROR(26),
  /** A deadline passed. */
  OPERATION_TIMEDOUT(28),
  /** The server does not send the part of the body that was asked for. */
  RANGE_ERROR(33),
  /** The TLS handshake failed. */
  TLS_CONNECT_ERROR(35),
  /** More redirects than permitted. */
  TOO_MANY_REDIRECTS(47),
  /** The server closed without an answer. */
  GOT_NOTHING(52),
  /** Sending failed. */
  SEND_ERROR(55),
  /** Receiving failed. */
  RECEIVE_ERROR(56),
  /** The client certificate or its key cannot be used. */
  CERTIFICATE_PROBLEM(58),
  /** The server's certificate is not trusted, or is for another name. */
  PEER_FAILED_VERIFICATION(60),
  /** The content's coding could not be undone. */
  BAD_CONTENT_ENCODING(61),
  /** The body is larger than permitted. */
  FILESIZE_EXCEEDED(63),
  /** The file with certificate authorities could not be read. */
  CA_CERT_BAD_FILE(77),
  /** A stream of HTTP/2 failed. */
  HTTP2_STREAM(92),
  /** HTTP/3 failed. */
  HTTP3(95),
  /** QUIC could not connect. */
  QUIC_CONNECT_ERROR(96);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  /** The process's exit status. */
  public int number() {
    return number;
  }
}
