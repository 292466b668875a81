package io.posel.webhook;

import io.posel.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the conditions of a trigger (S2): a variable's path and the values, compared as text, that it may have. */
final class FilterReader {
    private static final int MAX_CONDITIONS = 50;
    private static final int MAX_PATH = 200;
    private static final int MAX_VALUES = 1_000;
    private static final int MAX_VALUE = 1_000;

    private final Members members;

    private FilterReader(Members members) {
        this.members = members;
    }

    static Map<String, List<String>> read(Members members) {
        FilterReader reader = new FilterReader(members);
        Map<String, List<String>> filter = new LinkedHashMap<>();
        members.object("filter", MAX_CONDITIONS)
                .forEach((path, value) -> filter.put(path, reader.condition(path, value)));
        return filter;
    }

    private List<String> condition(String path, Json value) {
        String pointer = Members.pointer("filter", path);
        String variable = members.text(pointer, new Json.Str(path), MAX_PATH);
        if (variable != null && variable.chars().anyMatch(c -> c == '#' || Character.isWhitespace(c))) {
            members.refuse(pointer, "invalid-variable", "Name the variable without #, for instance account.eshopId.");
        }
        return value instanceof Json.Arr list
                ? values(pointer, list.items())
                : value(pointer, value).stream().toList();
    }

    private List<String> values(String pointer, List<Json> items) {
        if (items.isEmpty()) {
            members.refuse(pointer, "required", "Give at least one value, or remove the condition.");
        } else if (items.size() > MAX_VALUES) {
            members.tooMany(pointer, MAX_VALUES);
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            value(pointer + "/" + i, items.get(i)).ifPresent(values::add);
        }
        return values;
    }

    /** A number keeps its text: 7.0 is not 7, as it would not be in a template. */
    private Optional<String> value(String pointer, Json value) {
        if (value instanceof Json.Num || value instanceof Json.Bool) {
            return Optional.of(value.toString());
        }
        String text = members.text(pointer, value);
        if (text != null && text.length() > MAX_VALUE) {
            members.tooLong(pointer, MAX_VALUE, "characters");
        }
        return Optional.ofNullable(text);
    }
}
