/** How a JSON list of another system is read page by page. */
@NullMarked
package io.posel.source;

import org.jspecify.annotations.NullMarked;
