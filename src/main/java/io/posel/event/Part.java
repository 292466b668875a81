package io.posel.event;

import io.posel.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * One part of an event as it came in.
 *
 * @param pointer what its sender knows it by, as a JSON pointer
 * @param value null if it is not there
 */
record Part(String pointer, @Nullable Json value) {

    static Part of(Json.Obj object, String at, String name) {
        return new Part(at + JsonPointer.segment(name), object.get(name));
    }

    /** Whether it is not there; many writers say null for that. */
    boolean absent() {
        return value == null || value == Json.Null.NULL;
    }

    /** What stands there, for a sentence. */
    String kind() {
        return value == null
                ? "nothing"
                : value instanceof Json.Obj
                        ? "an object"
                        : value instanceof Json.Arr
                                ? "an array"
                                : value instanceof Json.Str
                                        ? "a string"
                                        : value instanceof Json.Num
                                                ? "a number"
                                                : value instanceof Json.Bool ? "a boolean" : "null";
    }
}
