package io.posel.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param next where the next part begins, null if this is the last one
 */
public record Page<T>(List<T> items, @Nullable Cursor next) {}
