/**
 * What all commands share: the terminal, exit codes, failures as a person reads them, figures and
 * JSON.
 */
@NullMarked
package dev.h3kit.cli.console;

import org.jspecify.annotations.NullMarked;
