/** Forms of several parts (RFC 7578). */
@NullMarked
package dev.h3kit.cli.get.form;

import org.jspecify.annotations.NullMarked;
