package dev.h3kit.core.hostile;

import dev.h3kit.core.RawPeer;
import dev.h3kit.core.transport.Stream;
import java.io.IOException;
import java.util.List;

/** Our side under attack, the hostile peer, and a bystander with a connection of its own. */
interface Stage extends AutoCloseable {

  /** The hostile peer. */
  RawPeer peer();

  /** A stream of the hostile peer by its name, where the stage and not the peer opened it. */
  Stream stream(String name) throws Exception;

  /** Our client sends a request; only against a client. */
  void request(Step.Request request) throws Exception;

  /** Our client sends content; only against a client. */
  void upload(String name, int octets) throws Exception;

  /** Checks that our side ended a stream, by its name, with one of the codes. */
  void expectStreamError(Step.ExpectStreamError expected, Stream stream, boolean finished)
      throws Exception;

  /** The whole response on a stream. */
  Messages response(String name, Stream stream) throws Exception;

  /** Checks that nothing waits for a connection that was closed. */
  void expectAllOver() throws Exception;

  /** Well-behaved requests on the hostile connection, at once; each must be answered. */
  void good(int count) throws Exception;

  /** The bystander's request that began before the attack goes on, and a new one is answered. */
  void bystander() throws Exception;

  /** Waits until something happened on our side. */
  void await(String moment) throws Exception;

  /** Lets waiting handlers answer. */
  void release();

  /** Whether none of these threads works for the hostile connection. */
  boolean clear(List<String> threads);

  /** The hostile connection ends, the others go on. */
  void leave();

  @Override
  void close() throws IOException;
}
