/** URLs of which one line stands for many. */
@NullMarked
package dev.h3kit.cli.get.glob;

import org.jspecify.annotations.NullMarked;
