/** Measurements of QPACK, next to other implementations. */
@NullMarked
package dev.h3kit.bench.qpack;

import org.jspecify.annotations.NullMarked;
