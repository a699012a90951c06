/** HTTP client with HTTP/3. */
@NullMarked
package dev.h3kit.client;

import org.jspecify.annotations.NullMarked;
