/** HTTP/3 for Jetty and the development server. */
@NullMarked
package dev.h3kit.server;

import org.jspecify.annotations.NullMarked;
