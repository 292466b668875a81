package io.posel.event;

import io.posel.json.Json;
import io.posel.template.VariableName;
import io.posel.template.Variables;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads an entry of the catalogue from JSON and says everything that is wrong with it. */
final class EventTypeForm {
    private static final int MAX_TEXT = 200;
    private static final int MAX_VARIABLES = 500;
    private static final List<String> LANGUAGES = List.of("cs", "en");
    private static final Set<String> MEMBERS = Set.of("type", "title", "entityType", "variables", "sample");
    private static final Set<String> VARIABLE_MEMBERS = Set.of("name", "title", "example");

    private final Errors errors = new Errors();
    private final Checks checks = new Checks(errors);

    private EventTypeForm() {}

    static EventType read(Json json) {
        EventTypeForm form = new EventTypeForm();
        EventType type = form.eventType(json);
        form.errors.refuse(422, "The event type");
        if (type == null) {
            throw new IllegalStateException("a part is missing without an error");
        }
        return type;
    }

    private @Nullable EventType eventType(Json json) {
        Part whole = new Part("", json);
        if (!(json instanceof Json.Obj object)) {
            checks.mismatch(whole, "object", "An event type is a JSON object, not " + whole.kind() + ".");
            return null;
        }
        unknown(object, "", MEMBERS);
        String type = checks.typeName(Part.of(object, "", "type"));
        Map<String, String> title = title(Part.of(object, "", "title"));
        String entityType = checks.required(Part.of(object, "", "entityType"), Checks.TYPE);
        List<EventType.Variable> variables = variables(Part.of(object, "", "variables"));
        Json.Obj sample = checks.data(Part.of(object, "", "sample"));
        if (type == null || entityType == null || sample == null) {
            return null;
        }
        EventType read = new EventType(type, title, entityType, variables, sample);
        refuseMissing(read);
        return errors.count() > 0 ? null : read;
    }

    private void refuseMissing(EventType type) {
        Variables sample = type.sampleEvent().variables();
        for (EventType.Variable variable : type.variables()) {
            if (!variable.name().isEmpty() && sample.at(variable.name()) == null) {
                errors.add(
                        "/sample",
                        "missing-variable",
                        Map.of("variable", variable.name()),
                        "The sample has no " + variable.name() + "; add it, so that previews show it.");
            }
        }
    }

    private Map<String, String> title(Part part) {
        if (part.absent()) {
            errors.add(part.pointer(), "required", "A title is required here, such as {\"cs\":\"…\",\"en\":\"…\"}.");
            return Map.of();
        } else if (!(part.value() instanceof Json.Obj object)) {
            checks.mismatch(part, "object", "A title is an object with a text per language, not " + part.kind() + ".");
            return Map.of();
        } else {
            unknown(object, part.pointer(), Set.copyOf(LANGUAGES));
            Map<String, String> title = new LinkedHashMap<>();
            String any = null;
            for (String language : LANGUAGES) {
                String text = checks.text(Part.of(object, part.pointer(), language), MAX_TEXT);
                any = any == null ? text : any;
                title.put(language, text == null ? "" : text);
            }
            if (any == null
                    && LANGUAGES.stream().allMatch(l -> Part.of(object, "", l).absent())) {
                errors.add(part.pointer(), "required", "A title in cs or en is required here.");
            }
            String other = any == null ? "" : any;
            title.replaceAll((language, text) -> text.isEmpty() ? other : text);
            return title;
        }
    }

    private List<EventType.Variable> variables(Part part) {
        if (part.absent()) {
            return List.of();
        }
        if (!(part.value() instanceof Json.Arr array)) {
            checks.mismatch(part, "array", "The variables are an array, not " + part.kind() + ".");
            return List.of();
        }
        if (array.items().size() > MAX_VARIABLES) {
            errors.add(
                    part.pointer(),
                    "too-many",
                    Map.of("max", MAX_VARIABLES, "count", array.items().size()),
                    "At most " + MAX_VARIABLES + " variables are possible.");
            return List.of();
        }
        List<EventType.Variable> variables = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Json item : array.items()) {
            EventType.Variable variable = variable(new Part(part.pointer() + "/" + variables.size(), item));
            if (!variable.name().isEmpty() && !names.add(variable.name())) {
                errors.add(
                        part.pointer() + "/" + variables.size() + "/name",
                        "duplicate",
                        Map.of("variable", variable.name()),
                        "The variable " + variable.name() + " stands in the list twice; remove one.");
            }
            variables.add(variable);
        }
        return variables;
    }

    private EventType.Variable variable(Part part) {
        if (!(part.value() instanceof Json.Obj object)) {
            checks.mismatch(part, "object", "A variable is an object with name, title and example.");
            return new EventType.Variable("", Map.of(), "");
        }
        unknown(object, part.pointer(), VARIABLE_MEMBERS);
        Part named = Part.of(object, part.pointer(), "name");
        String name = checks.required(named, MAX_TEXT);
        if (name != null && !VariableName.isName(name)) {
            errors.add(
                    named.pointer(),
                    "invalid-name",
                    "A name is letters, digits, '_' and '-' in parts joined by dots, such as customer.group.id; it begins"
                            + " with a letter or '_'.");
            name = null;
        }
        Part example = Part.of(object, part.pointer(), "example");
        boolean plain = example.value() instanceof Json.Num || example.value() instanceof Json.Bool;
        String text = checks.required(
                plain ? new Part(example.pointer(), new Json.Str(String.valueOf(example.value()))) : example, 1_000);
        return new EventType.Variable(
                name == null ? "" : name, title(Part.of(object, part.pointer(), "title")), text == null ? "" : text);
    }

    private void unknown(Json.Obj object, String at, Set<String> known) {
        for (String name : object.members().keySet()) {
            if (!known.contains(name)) {
                errors.add(
                        at + JsonPointer.segment(name.length() <= 100 ? name : name.substring(0, 100)),
                        "unknown-member",
                        "There is no such member; known here: "
                                + String.join(", ", known.stream().sorted().toList()) + ".");
            }
        }
    }
}
