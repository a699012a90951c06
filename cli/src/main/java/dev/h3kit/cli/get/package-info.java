/** The command {@code h3 get}: curl's options on the h3kit client. */
@NullMarked
package dev.h3kit.cli.get;

import org.jspecify.annotations.NullMarked;
