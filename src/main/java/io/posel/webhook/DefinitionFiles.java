package io.posel.webhook;

import io.posel.event.InvalidFileException;
import io.posel.event.JsonPointer;
import io.posel.event.YamlFile;
import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads definitions from files, one in each: what the administration interface takes as JSON, in YAML, with
 * {@link Placeholders} for secrets and an {@code id}, which is the file's name where it is left out.
 *
 * <p>What is right here depends on files, settings and environment alone: neither the database nor a name service is
 * asked, so a check elsewhere says the same.
 */
public final class DefinitionFiles {
    private static final Pattern ID = Pattern.compile("[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?");
    private static final String ENDING = ".yaml";
    private static final int MAX_ERRORS = 100;
    private static final int MAX_POINTER = 300;

    private final String folder;
    private final Definitions definitions;
    private final Warnings warnings;
    private final Function<String, Optional<String>> environment;

    /**
     * @param folder as messages name it
     * @param warnings knows literal addresses only
     * @param environment the value of a variable, empty if it is not set
     */
    public DefinitionFiles(
            String folder, Definitions definitions, Warnings warnings, Function<String, Optional<String>> environment) {
        this.folder = folder;
        this.definitions = definitions;
        this.warnings = warnings;
        this.environment = environment;
    }

    /**
     * @return what all the files define, in the order of their names
     * @throws InvalidFilesException with what is wrong in any of them, the first hundred
     */
    public List<FileDefinition> read(DefinitionFolder.Contents contents) {
        Reading reading = new Reading();
        for (DefinitionFolder.Entry entry : contents.entries()) {
            reading.add(entry);
        }
        if (!reading.errors.isEmpty()) {
            throw new InvalidFilesException(reading.errors.subList(0, Math.min(reading.errors.size(), MAX_ERRORS)));
        }
        return reading.definitions;
    }

    private final class Reading {
        private final List<FileDefinition> definitions = new ArrayList<>();
        private final List<InvalidFileException> errors = new ArrayList<>();
        /** The files of ids and of names. */
        private final Map<String, String> ids = new HashMap<>();

        private final Map<String, String> names = new HashMap<>();

        void add(DefinitionFolder.Entry entry) {
            String path = entry.name().isEmpty() ? folder : folder + "/" + entry.name();
            if (errors.size() >= MAX_ERRORS) {
                return;
            } else if (entry instanceof DefinitionFolder.Text text) {
                try {
                    add(text, YamlFile.parse(path, text.bytes()));
                } catch (InvalidFileException e) {
                    errors.add(e);
                }
            } else if (entry instanceof DefinitionFolder.Unreadable unreadable) {
                errors.add(new InvalidFileException(path, 0, unreadable.reason()));
            }
        }

        private void add(DefinitionFolder.Text text, YamlFile yaml) {
            if (!(yaml.root() instanceof Json.Obj object)) {
                throw yaml.error("", "One webhook is needed here, by its members name, events, url and others.");
            }
            Placeholders placeholders = new Placeholders(environment);
            Json.Obj members = placeholders.fill(object);
            List<FieldError> wrong = placeholders.errors();
            if (wrong.isEmpty()) {
                String id = id(members, text.name(), wrong);
                Definition definition = definition(members, wrong);
                if (id != null && definition != null) {
                    requireUnique("/id", id, ids, text.name(), wrong);
                    requireUnique("/name", definition.name(), names, text.name(), wrong);
                    DefinitionFile file = new DefinitionFile(text.name(), text.digest());
                    List<String> doubts = warnings.ofTemplates(definition).stream()
                            .map(warning -> inFile(warning, yaml).getMessage())
                            .toList();
                    definitions.add(new FileDefinition(id, file, definition, doubts));
                }
            }
            wrong.stream()
                    .map(error -> inFile(error, yaml))
                    .sorted(Comparator.comparing(InvalidFileException::line))
                    .forEach(errors::add);
        }

        private void requireUnique(
                String pointer, String value, Map<String, String> known, String file, List<FieldError> wrong) {
            String other = known.putIfAbsent(value, file);
            if (other != null) {
                wrong.add(FieldError.of(
                        pointer, "duplicate", "\"" + value + "\" is already in " + other + "; change one of them."));
            }
        }
    }

    private static @Nullable String id(Json.Obj members, String file, List<FieldError> wrong) {
        Json given = members.get("id");
        String name = file.substring(0, file.length() - ENDING.length());
        String id = given instanceof Json.Str text ? text.value() : given == null ? name : "";
        if (ID.matcher(id).matches()) {
            return id;
        }
        wrong.add(FieldError.of(
                given == null ? "" : "/id",
                "invalid-id",
                "An id has at most 40 of a-z, 0-9, - and _, and begins and ends with a letter or digit."
                        + (given == null ? " Here it is the file's name: rename the file, or add an id." : "")));
        return null;
    }

    private @Nullable Definition definition(Json.Obj members, List<FieldError> wrong) {
        members.members().keySet().stream()
                .filter(name -> DefinitionReader.READ_ONLY.contains(name) && !name.equals("id"))
                .forEach(name -> wrong.add(FieldError.of(
                        Members.pointer(name), "read-only", "Posel tells this, nobody sets it; leave it out.")));
        try {
            Definition definition = definitions.read(members);
            warnings.requireAllowedAddress(definition);
            return definition;
        } catch (ProblemException e) {
            wrong.addAll(e.errors());
            return null;
        }
    }

    private static InvalidFileException inFile(FieldError error, YamlFile yaml) {
        String at = error.pointer();
        int line = error.params().get("line") instanceof Integer number ? yaml.line(at, number) : yaml.line(at);
        String shown = at.length() <= MAX_POINTER ? at : at.substring(0, MAX_POINTER) + "…";
        return yaml.error(line, (at.isEmpty() ? "" : shown + ": ") + error.detail() + hint(error, yaml));
    }

    /** YAML takes for a number or a word of its own what was meant as text. */
    private static String hint(FieldError error, YamlFile yaml) {
        if (!"string".equals(error.params().get("expected"))) {
            return "";
        }
        Json value = new JsonPointer(error.pointer()).in(yaml.root());
        return value instanceof Json.Num || value instanceof Json.Bool
                ? " Write it in quotes: \"" + value + "\"."
                : "/body".equals(error.pointer()) ? " Write | behind body: and the text below it." : "";
    }
}
