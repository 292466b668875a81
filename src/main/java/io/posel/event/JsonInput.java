package io.posel.event;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.util.Arrays;
import java.util.Map;

/** JSON text from outside; a byte order mark in front is skipped, as RFC 8259 (8.1) allows. */
final class JsonInput {

    private JsonInput() {}

    static Json parse(byte[] utf8) throws JsonSyntaxException {
        boolean mark = utf8.length >= 3 && utf8[0] == (byte) 0xEF && utf8[1] == (byte) 0xBB && utf8[2] == (byte) 0xBF;
        return Json.parse(mark ? Arrays.copyOfRange(utf8, 3, utf8.length) : utf8, Json.MAX_VALUES);
    }

    static Json parse(String text) throws JsonSyntaxException {
        return Json.parse(text.startsWith("\uFEFF") ? text.substring(1) : text, Json.MAX_VALUES);
    }

    static void report(JsonSyntaxException e, String pointer, Errors errors) {
        errors.add(pointer, e.code(), Map.of("line", e.line(), "column", e.column()), e.sentence());
    }
}
