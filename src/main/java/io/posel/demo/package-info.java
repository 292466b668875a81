/** {@code java -jar posel.jar demo}: the main job, on real routes, real HTTP and a real database. */
@NullMarked
package io.posel.demo;

import org.jspecify.annotations.NullMarked;
