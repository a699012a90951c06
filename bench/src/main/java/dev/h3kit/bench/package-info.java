/** Measurements. */
@NullMarked
package dev.h3kit.bench;

import org.jspecify.annotations.NullMarked;
