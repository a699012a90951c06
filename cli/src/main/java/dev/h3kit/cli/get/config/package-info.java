/** Options that stand in files. */
@NullMarked
package dev.h3kit.cli.get.config;

import org.jspecify.annotations.NullMarked;
