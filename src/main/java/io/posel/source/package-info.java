/** How other systems are read: a JSON list page by page, rows of any database by the types of their columns. */
@NullMarked
package io.posel.source;

import org.jspecify.annotations.NullMarked;
