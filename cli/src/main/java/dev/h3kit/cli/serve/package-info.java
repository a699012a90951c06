/** The command {@code h3 serve}. */
@NullMarked
package dev.h3kit.cli.serve;

import org.jspecify.annotations.NullMarked;
