/** Stories of people at the page, told by a real browser. */
@NullMarked
package io.posel.page;

import org.jspecify.annotations.NullMarked;
