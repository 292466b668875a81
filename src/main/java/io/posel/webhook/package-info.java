@NullMarked
package io.posel.webhook;

import org.jspecify.annotations.NullMarked;
