/** What happens on connections, written to files: qlog and key logs. */
@NullMarked
package dev.h3kit.core.trace;

import org.jspecify.annotations.NullMarked;
