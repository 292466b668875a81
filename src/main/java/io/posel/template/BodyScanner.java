package io.posel.template;

/** Walks through a body template by what RFC 8259 calls space, numbers, literal names and escapes. */
final class BodyScanner {
    /** What people and their word processors write for the straight ones. */
    private static final String OTHER_QUOTES = "'`´‘’‚‛“”„‟«»‹›′″ʺ〝〞〟＂＇";

    private final String text;
    private int at;

    BodyScanner(String text) {
        this.text = text;
    }

    int at() {
        return at;
    }

    void skip(int length) {
        at += length;
    }

    boolean atEnd() {
        return at == text.length();
    }

    /** Goes behind an escape in quotes. */
    void escape() throws TemplateException {
        char kind = at + 1 < text.length() ? text.charAt(at + 1) : 0;
        int length = kind == 'u' ? 6 : 2;
        boolean known = "\"\\/bfnrtu".indexOf(kind) >= 0 && at + length <= text.length();
        for (int i = at + 2; known && i < at + length; i++) {
            known = isHex(text.charAt(i));
        }
        if (!known) {
            throw error(at, "json-escape", "This is no JSON escape; a backslash itself is written \\\\.");
        }
        at += length;
    }

    void number() throws TemplateException {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits(start);
        }
        if (peek() == '.') {
            at++;
            digits(start);
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits(start);
        }
        if (!endsValue() && peek() != '#') {
            throw notANumber(start);
        }
    }

    private void digits(int start) throws TemplateException {
        int from = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == from) {
            throw peek() == '#' ? notWholeValue() : notANumber(start);
        }
    }

    /** Goes behind true, false or null. */
    void word() throws TemplateException {
        int start = at;
        while (Character.isLetterOrDigit(peek())) {
            at++;
        }
        if (peek() == '#') {
            throw notWholeValue();
        }
        String word = text.substring(start, at);
        if (word.isEmpty()) {
            requireStraightQuotes();
            throw unexpected(
                    "json-value-expected",
                    "A value is expected here: text in double quotes, a number, true, false, null, {…}, […]"
                            + " or a variable.");
        } else if (!word.equals("true") && !word.equals("false") && !word.equals("null")) {
            if (!atEnd() && CodePoints.isInvisible(text.codePointAt(at))) {
                throw foreignCharacter();
            }
            throw error(start, "json-word", "Text must stand in double quotes; only true, false and null may not.");
        }
    }

    void requireStraightQuotes() throws TemplateException {
        if (OTHER_QUOTES.indexOf(peek()) >= 0) {
            throw otherQuotes(at);
        }
    }

    /** Names the quotes that were meant to end a string, if there are any before this place. */
    void requireStraightQuotes(int open) throws TemplateException {
        for (int i = open + 1; i < at; i++) {
            if (OTHER_QUOTES.indexOf(text.charAt(i)) >= 0 && endsString(i + 1)) {
                throw otherQuotes(i);
            }
        }
    }

    private boolean endsString(int index) {
        int next = index;
        while (next < text.length() && " \n\r\t".indexOf(text.charAt(next)) >= 0) {
            next++;
        }
        return next == text.length() || ":,}]".indexOf(text.charAt(next)) >= 0;
    }

    private TemplateException otherQuotes(int index) {
        return TemplateException.ofCharacter(
                text, index, "json-quotes", "is not a JSON quote; write straight double quotes (\").");
    }

    void skipSpace() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
            at++;
        }
    }

    /** The character at hand, at the end one that the grammar does not know. */
    char peek() {
        return at < text.length() ? text.charAt(at) : '\uffff';
    }

    boolean endsValue() {
        return at == text.length() || " \n\r\t,]}".indexOf(peek()) >= 0;
    }

    private static boolean isHex(char c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }

    TemplateException notWholeValue() {
        return unexpected(
                "variable-not-whole-value",
                "Outside quotes a variable must be the whole value; put it and what touches it in double quotes.");
    }

    private TemplateException notANumber(int start) {
        return isForeign()
                ? foreignCharacter()
                : error(start, "json-number", "This is no JSON number; put it in quotes if it is text.");
    }

    /** What is wrong here, unless it is the character itself. */
    TemplateException unexpected(String code, String message) {
        return isForeign() ? foreignCharacter() : error(at, code, message);
    }

    /** Whether this is a character that JSON knows in quotes only, which people may not see or take for another. */
    private boolean isForeign() {
        int c = atEnd() ? ' ' : text.codePointAt(at);
        return !Surrogates.isLone(c) && (c >= 0x80 || CodePoints.isInvisible(c));
    }

    private TemplateException foreignCharacter() {
        return TemplateException.ofCharacter(
                text,
                at,
                "json-character",
                "cannot stand outside quotes; it may be invisible or look like another character. Delete it or type it"
                        + " again.");
    }

    TemplateException error(int index, String code, String message) {
        return TemplateException.at(text, index, code, message);
    }
}
