@NullMarked
package io.posel.delivery;

import org.jspecify.annotations.NullMarked;
