/** The command {@code h3 qpack}. */
@NullMarked
package dev.h3kit.cli.qpack;

import org.jspecify.annotations.NullMarked;
