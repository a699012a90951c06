/** The command {@code h3 compare}: load times over HTTP/3 and over TCP, with their uncertainty. */
@NullMarked
package dev.h3kit.cli.compare;

import org.jspecify.annotations.NullMarked;
