/** How a line of the log is written; named in {@code logback.xml} alone. */
@NullMarked
package io.posel.log;

import org.jspecify.annotations.NullMarked;
