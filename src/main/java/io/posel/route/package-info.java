/** What route files name: thin adapters between Camel and plain classes. */
@NullMarked
package io.posel.route;

import org.jspecify.annotations.NullMarked;
