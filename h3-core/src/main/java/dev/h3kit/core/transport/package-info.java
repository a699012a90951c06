/**
 * QUIC as the rest of the project sees it: small, blocking, honest. The only package that knows
 * kwik.
 */
@NullMarked
package dev.h3kit.core.transport;

import org.jspecify.annotations.NullMarked;
