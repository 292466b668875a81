@NullMarked
package io.posel.json;

import org.jspecify.annotations.NullMarked;
