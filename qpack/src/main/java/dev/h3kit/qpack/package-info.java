/**
 * QPACK (RFC 9204): encoder and decoder with dynamic tables, without input, output, threads or
 * clock.
 */
@NullMarked
package dev.h3kit.qpack;

import org.jspecify.annotations.NullMarked;
