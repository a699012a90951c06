/** Cookies (RFC 6265) and the file they are kept in. */
@NullMarked
package dev.h3kit.cli.get.cookies;

import org.jspecify.annotations.NullMarked;
