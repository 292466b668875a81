package io.posel.json;

/** Text that is not JSON, or holds too much; line and column count from 1. */
public final class JsonSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final int line;
    private final int column;

    JsonSyntaxException(String message, int line, int column) {
        this("malformed-json", message, line, column);
    }

    private JsonSyntaxException(String code, String message, int line, int column) {
        super(message);
        this.code = code;
        this.line = line;
        this.column = column;
    }

    static JsonSyntaxException tooManyValues(int most, int line, int column) {
        return new JsonSyntaxException(
                "too-many-values", "more than " + most + " values; send fewer at once", line, column);
    }

    /** What is wrong, stable, for refusals. */
    public String code() {
        return code;
    }

    /** What is wrong and where, in a sentence. */
    public String sentence() {
        String what = code.equals("malformed-json") ? "This is not JSON" : "This is too much";
        return what + " (line " + line + ", column " + column + "): " + getMessage() + ".";
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }
}
