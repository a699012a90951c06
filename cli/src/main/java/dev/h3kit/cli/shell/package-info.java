/** What shells and manuals know of the command: completions and the man page. */
@NullMarked
package dev.h3kit.cli.shell;

import org.jspecify.annotations.NullMarked;
