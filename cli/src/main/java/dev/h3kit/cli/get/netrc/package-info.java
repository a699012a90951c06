/** Passwords in the file .netrc. */
@NullMarked
package dev.h3kit.cli.get.netrc;

import org.jspecify.annotations.NullMarked;
