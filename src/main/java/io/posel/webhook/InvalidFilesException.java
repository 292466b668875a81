package io.posel.webhook;

import io.posel.event.InvalidFileException;
import java.util.List;

/** Files of definitions of which at least one cannot be used. */
public final class InvalidFilesException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_LINE = 1_000;

    private final List<String> lines;

    /** @param errors at least one */
    public InvalidFilesException(List<InvalidFileException> errors) {
        super(line(errors.get(0)), errors.get(0));
        this.lines = errors.stream().map(InvalidFilesException::line).toList();
    }

    /** What is wrong, in the order of files and lines, each on one line: {@code config/webhooks/crm.yaml:7: …}. */
    public List<String> lines() {
        return lines;
    }

    /** Names in a file may hold line breaks, and be long. */
    private static String line(InvalidFileException error) {
        String text = String.valueOf(error.getMessage()).replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", " ");
        return text.length() <= MAX_LINE ? text : text.substring(0, MAX_LINE) + "…";
    }
}
