/**
 * A hostile peer that plays scripts against our server and our client; docs/testing.md tells the
 * language.
 */
@org.jspecify.annotations.NullMarked
package dev.h3kit.core.hostile;
