@NullMarked
package io.posel.store;

import org.jspecify.annotations.NullMarked;
