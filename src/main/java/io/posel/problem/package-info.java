@NullMarked
package io.posel.problem;

import org.jspecify.annotations.NullMarked;
