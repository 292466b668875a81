/** The files of the settings page and of the libraries that it uses, as browsers get them. */
@NullMarked
package io.posel.page;

import org.jspecify.annotations.NullMarked;
