/** The HTTP server, the door in front of it, and how it says no. */
@NullMarked
package io.posel.web;

import org.jspecify.annotations.NullMarked;
