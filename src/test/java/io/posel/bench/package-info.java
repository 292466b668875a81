/** {@code mvn -Pbench verify}: what Posel does in a second, beside what a bare loop does on the same machine. */
@NullMarked
package io.posel.bench;

import org.jspecify.annotations.NullMarked;
