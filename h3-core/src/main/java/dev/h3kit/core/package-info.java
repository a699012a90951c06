/** HTTP/3 (RFC 9114): frames, messages, connections and their limits, for client and server. */
@NullMarked
package dev.h3kit.core;

import org.jspecify.annotations.NullMarked;
