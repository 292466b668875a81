package io.posel.template;

import io.posel.json.Json;
import org.jspecify.annotations.Nullable;

/** The data that a template is filled with. */
@FunctionalInterface
public interface Variables {

    /** The value at a dotted path, null if there is none. */
    @Nullable
    Json at(String path);
}
