package io.posel.problem;

import java.util.Map;

/**
 * One thing that is wrong with what somebody sent.
 *
 * @param pointer where, as a JSON pointer (RFC 6901) into the request's body, {@code ""} for the whole
 * @param code what, stable and kebab-case, for programs and translations
 * @param params what the sentence speaks of (numbers, names), for translations
 * @param detail what is wrong and what to do, one English sentence
 */
public record FieldError(String pointer, String code, Map<String, Object> params, String detail) {
    public FieldError {
        params = Map.copyOf(params);
    }

    public static FieldError of(String pointer, String code, String detail) {
        return new FieldError(pointer, code, Map.of(), detail);
    }

    /** The same error seen from one level further out, for instance {@code within("/0")}. */
    public FieldError within(String parent) {
        return new FieldError(parent + pointer, code, params, detail);
    }
}
