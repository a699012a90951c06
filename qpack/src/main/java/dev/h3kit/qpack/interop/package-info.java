/**
 * The files that QPACK implementations exchange to test each other: lists of field lines as text
 * (qif), and what an encoder makes of them. For the h3 command, the measurements and the tests.
 */
@NullMarked
package dev.h3kit.qpack.interop;

import org.jspecify.annotations.NullMarked;
