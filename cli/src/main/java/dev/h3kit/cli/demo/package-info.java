/** The command {@code h3 demo}: server and client of this project on a small site. */
@NullMarked
package dev.h3kit.cli.demo;

import org.jspecify.annotations.NullMarked;
