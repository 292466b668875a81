@NullMarked
package io.posel;

import org.jspecify.annotations.NullMarked;
