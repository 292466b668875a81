package io.posel.template;

import io.posel.json.Json;
import io.posel.json.JsonText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A variable where it stands in a template, from its first {@code #} to behind its last.
 *
 * @param path a {@link VariableName}
 */
record Variable(String path, int start, int end) {

    /**
     * The variable that begins at this {@code #}, null if none does. Then that {@code #} alone is text, and the next one
     * may begin a variable: {@code order #5 for #customer.id#} has one.
     */
    static @Nullable Variable startingAt(String template, int hash) {
        int nameEnd = VariableName.end(template, hash + 1);
        return nameEnd > hash + 1 && template.startsWith("#", nameEnd)
                ? new Variable(template.substring(hash + 1, nameEnd), hash, nameEnd + 1)
                : null;
    }

    /** All that stand between two places of a template, in their order. */
    static List<Variable> in(String template, int from, int to) {
        List<Variable> found = new ArrayList<>();
        int i = template.indexOf('#', from);
        while (i >= 0 && i < to) {
            Variable variable = startingAt(template, i);
            if (variable != null) {
                found.add(variable);
            }
            i = template.indexOf('#', variable == null ? i + 1 : variable.end);
        }
        return found;
    }

    static Set<String> paths(List<Variable> variables) {
        Set<String> paths = new LinkedHashSet<>();
        variables.forEach(variable -> paths.add(variable.path));
        return Collections.unmodifiableSet(paths);
    }

    /** A string's own text, other values as compact JSON, {@code ""} where there is none or null. */
    String textIn(Variables variables) {
        Json value = variables.at(path);
        if (value instanceof Json.Str string) {
            return string.value();
        }
        return value == null || value == Json.Null.NULL ? "" : value.toString();
    }

    /** The value as JSON with its own type, {@code ""} in quotes where there is none or null. */
    void appendJson(Variables variables, StringBuilder out) {
        Json value = variables.at(path);
        if (value == null || value == Json.Null.NULL) {
            out.append("\"\"");
        } else {
            JsonText.append(value, out);
        }
    }

    @Override
    public String toString() {
        return '#' + path + '#';
    }
}
