package io.posel.testing;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What Posel answered. */
public record HttpAnswer(int status, byte[] body, HttpHeaders headers) {

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** The value at a path of member names and array indexes, {@code items.0.state}; a string without its quotes. */
    public String at(String path) {
        Json value = json();
        for (String step : path.split("\\.")) {
            if (value instanceof Json.Arr array
                    && Integer.parseInt(step) < array.items().size()) {
                value = array.items().get(Integer.parseInt(step));
            } else if (value instanceof Json.Obj object && object.get(step) != null) {
                value = object.get(step);
            } else {
                return "nothing at " + path + " in " + text();
            }
        }
        return value instanceof Json.Str string ? string.value() : String.valueOf(value);
    }

    /** The same member of every item of an array, {@code all("items", "id")}. */
    public List<String> all(String array, String member) {
        List<String> values = new ArrayList<>();
        for (int i = 0; !at(array + "." + i).startsWith("nothing at "); i++) {
            values.add(at(array + "." + i + "." + member));
        }
        return values;
    }

    /** Each error of a refusal: its pointer, a blank, its code. */
    public List<String> errors() {
        List<String> errors = new ArrayList<>();
        for (int i = 0; i < all("errors", "code").size(); i++) {
            errors.add(at("errors." + i + ".pointer") + " " + at("errors." + i + ".code"));
        }
        return errors;
    }

    public Json json() {
        try {
            return Json.parse(body);
        } catch (JsonSyntaxException e) {
            throw new AssertionError("no JSON: " + status + " " + text(), e);
        }
    }

    @Override
    public String toString() {
        return status + " " + text();
    }
}
