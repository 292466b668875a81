/** Who may do what: roles, and the hashes by which tokens are known again. */
@NullMarked
package io.posel.access;

import org.jspecify.annotations.NullMarked;
