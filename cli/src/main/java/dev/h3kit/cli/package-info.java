/** The h3 command. */
@NullMarked
package dev.h3kit.cli;

import org.jspecify.annotations.NullMarked;
