package io.posel.webhook;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts values of the environment in the place of {@code ${NAME}} in the strings of a definition's file; {@code $${} is
 * written for the two characters themselves. One pass: what a value brings in is not looked at again.
 *
 * <p>Only text of operators comes here, never an event's. Errors name the variable and never show a value.
 */
final class Placeholders {
    /** {@code $${}, or {@code ${} with what follows of a name and its brace. */
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\$\\$\\{|\\$\\{(?:(?<name>[A-Za-z_][A-Za-z0-9_]{0,199})})?");

    private static final String OWN = "POSEL_";
    private static final int MAX_CHARACTERS = 1 << 20;
    private static final int MAX_ERRORS = 100;

    private final Function<String, Optional<String>> environment;
    private final Deque<String> path = new ArrayDeque<>();
    private final List<FieldError> errors = new ArrayList<>();
    private int room = MAX_CHARACTERS;

    /** @param environment the value of a variable, empty if it is not set */
    Placeholders(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    /** The same with the values in their places, to be used only if there are no {@link #errors}. */
    Json.Obj fill(Json.Obj object) {
        Map<String, Json> members = new LinkedHashMap<>();
        object.members().forEach((name, value) -> {
            path.addLast(name);
            if (name.contains("${")) {
                refuse(
                        "placeholder-in-name",
                        1,
                        "",
                        "${…} is possible in values, not in names; write the name itself.");
            }
            members.put(name, fill(value));
            path.removeLast();
        });
        return new Json.Obj(members);
    }

    /** With the line inside of the text as the parameter {@code line}. */
    List<FieldError> errors() {
        return errors;
    }

    private Json fill(Json value) {
        if (value instanceof Json.Str text) {
            return new Json.Str(fill(text.value()));
        } else if (value instanceof Json.Obj object) {
            return fill(object);
        } else if (value instanceof Json.Arr array) {
            List<Json> items = new ArrayList<>();
            for (Json item : array.items()) {
                path.addLast(String.valueOf(items.size()));
                items.add(fill(item));
                path.removeLast();
            }
            return new Json.Arr(items);
        }
        return value;
    }

    private String fill(String text) {
        StringBuilder out = new StringBuilder();
        Matcher placeholder = PLACEHOLDER.matcher(text);
        int end = 0;
        while (placeholder.find()) {
            out.append(text, end, placeholder.start()).append(value(placeholder, text));
            end = placeholder.end();
        }
        return out.append(text, end, text.length()).toString();
    }

    private String value(Matcher placeholder, String text) {
        if (placeholder.group().equals("$${")) {
            return "${";
        }
        String name = placeholder.group("name");
        int line = 1
                + (int) text.substring(0, placeholder.start())
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        if (name == null) {
            refuse(
                    "placeholder-name",
                    line,
                    "",
                    "Behind ${ stands the name of an environment variable, of letters, digits and _, and then }; for the"
                            + " two characters themselves write $${.");
            return "";
        } else if (name.startsWith(OWN)) {
            refuse(
                    "placeholder-own",
                    line,
                    name,
                    "${" + name + "} may be a secret of Posel itself, which no receiver gets; use a variable whose name"
                            + " does not begin with " + OWN + ".");
            return "";
        }
        String value = environment.apply(name).orElse("");
        if (value.isEmpty()) {
            refuse("placeholder-not-set", line, name, "The environment variable " + name + " is not set, or is empty.");
        } else if (value.length() > room) {
            refuse(
                    "too-long",
                    line,
                    name,
                    "${" + name + "} brings in too much: variables may have " + MAX_CHARACTERS
                            + " characters in a file.");
            return "";
        }
        room -= value.length();
        return value;
    }

    private void refuse(String code, int line, String name, String detail) {
        if (errors.size() < MAX_ERRORS) {
            errors.add(new FieldError(
                    Members.pointer(path.toArray(String[]::new)), code, Map.of("line", line, "name", name), detail));
        }
    }
}
