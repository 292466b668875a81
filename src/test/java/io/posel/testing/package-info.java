@NullMarked
package io.posel.testing;

import org.jspecify.annotations.NullMarked;
