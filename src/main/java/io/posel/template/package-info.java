@NullMarked
package io.posel.template;

import org.jspecify.annotations.NullMarked;
