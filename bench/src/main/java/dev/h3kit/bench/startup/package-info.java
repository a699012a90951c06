/** How long the command h3 takes from nothing to a fetched kilobyte. */
@NullMarked
package dev.h3kit.bench.startup;

import org.jspecify.annotations.NullMarked;
