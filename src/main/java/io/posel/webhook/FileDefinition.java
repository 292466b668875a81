package io.posel.webhook;

/** A webhook as a file defines it. */
public record FileDefinition(String id, DefinitionFile file, Definition definition) {}
