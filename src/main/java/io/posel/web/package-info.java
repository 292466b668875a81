@NullMarked
package io.posel.web;

import org.jspecify.annotations.NullMarked;
