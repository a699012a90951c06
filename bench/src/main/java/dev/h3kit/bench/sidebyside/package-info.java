/**
 * HTTP/3 stacks of the JVM in one run: client and server in processes of their own, the same work
 * for each, in turns.
 */
@NullMarked
package dev.h3kit.bench.sidebyside;

import org.jspecify.annotations.NullMarked;
