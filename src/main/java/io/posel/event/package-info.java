@NullMarked
package io.posel.event;

import org.jspecify.annotations.NullMarked;
