package io.posel.webhook;

import java.util.List;

/**
 * A webhook as a file defines it.
 *
 * @param warnings what of its templates will probably not work as meant, each with file and line
 */
public record FileDefinition(String id, DefinitionFile file, Definition definition, List<String> warnings) {
    public FileDefinition {
        warnings = List.copyOf(warnings);
    }
}
