package io.posel.event;

/** A file of the configuration that cannot be used; the message says where, what is wrong and what to do. */
public final class InvalidFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;

    /** @param line counts from 1; 0 for the file as a whole */
    public InvalidFileException(String file, int line, String message) {
        super(file + (line > 0 ? ":" + line : "") + ": " + message);
        this.file = file;
        this.line = line;
    }

    public String file() {
        return file;
    }

    public int line() {
        return line;
    }
}
