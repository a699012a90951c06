/**
 * Lets what is written for flupke, the other HTTP/3 of the same QUIC stack, run on our connections:
 * server extensions and clients of its connection interface, such as its WebTransport. The only
 * package that knows flupke, which is an optional dependency.
 */
@NullMarked
package dev.h3kit.core.flupke;

import org.jspecify.annotations.NullMarked;
