package io.posel.event;

/**
 * In a row, in the place of a value that the driver could not read.
 *
 * @param reason in the driver's words
 */
public record UnreadableColumn(String reason) {}
