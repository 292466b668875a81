package io.posel.template;

import io.posel.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Reads a body template once, by the grammar of RFC 8259 with variables added. */
final class BodyParser {
    private final String text;
    private final List<BodyPart> parts = new ArrayList<>();
    private final List<Variable> variables = new ArrayList<>();
    private int at;
    private int constantFrom;
    private int depth;

    BodyParser(String text) {
        this.text = text;
    }

    List<BodyPart> parse() throws TemplateException {
        skipSpace();
        if (at == text.length()) {
            throw error(0, "body-empty", "The body is empty, write a JSON value.");
        }
        value();
        skipSpace();
        if (at < text.length()) {
            throw error(at, "json-more-follows", "The JSON value ends before this, remove what follows.");
        }
        endConstant();
        return parts;
    }

    List<Variable> variables() {
        return variables;
    }

    private void value() throws TemplateException {
        int start = at;
        switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case '#' -> variable();
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> word();
        }
        boolean scalar = text.charAt(start) != '{' && text.charAt(start) != '[';
        if (scalar && peek() == '#' || text.charAt(start) == '#' && !endsValue(peek())) {
            throw notWholeValue();
        }
    }

    private void object() throws TemplateException {
        int open = open();
        boolean first = true;
        while (more(open, '}', first)) {
            if (peek() == '#') {
                throw error(at, "variable-as-name", "The name of a member must stand in double quotes.");
            } else if (peek() != '"') {
                requireStraightQuotes();
                throw error(at, "json-name-expected", "A member's name in double quotes is expected here.");
            }
            string();
            skipSpace();
            if (peek() != ':') {
                throw at == text.length()
                        ? unclosed(open)
                        : error(at, "json-colon-expected", "A colon is expected between a member's name and value.");
            }
            at++;
            skipSpace();
            if (at == text.length()) {
                throw unclosed(open);
            }
            value();
            first = false;
        }
        depth--;
    }

    private void array() throws TemplateException {
        int open = open();
        boolean first = true;
        while (more(open, ']', first)) {
            value();
            first = false;
        }
        depth--;
    }

    private int open() throws TemplateException {
        if (++depth > Json.MAX_DEPTH) {
            throw error(at, "json-too-deep", "Objects and arrays may be nested " + Json.MAX_DEPTH + " deep at most.");
        }
        return at++;
    }

    /** Goes to the next member or item; false behind the closing bracket. */
    private boolean more(int open, char close, boolean first) throws TemplateException {
        skipSpace();
        int separator = at;
        if (peek() == close) {
            at++;
            return false;
        } else if (!first && peek() == ',') {
            at++;
            skipSpace();
            if (peek() == close) {
                throw error(separator, "json-trailing-comma", "Nothing follows this comma, remove it.");
            }
        } else if (!first && at < text.length()) {
            throw error(at, "json-comma-expected", "A comma or " + close + " is expected here.");
        }
        if (at == text.length()) {
            throw unclosed(open);
        }
        return true;
    }

    private void string() throws TemplateException {
        int open = at++;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (c == '"') {
                at++;
                return;
            } else if (c == '\\') {
                escape();
            } else if (c < 0x20) {
                throw error(
                        at,
                        "json-control-character",
                        c == '\n' || c == '\r'
                                ? "A line break in quotes must be written \\n, or the closing quotes are missing."
                                : "A tab or control character in quotes must be written as an escape, such as \\t.");
            } else if (Surrogates.isLone(c)) {
                throw Surrogates.refused(text, at);
            } else {
                Variable variable = c == '#' ? Variable.startingAt(text, at) : null;
                if (variable != null) {
                    add(variable, new BodyPart.InString(variable));
                } else {
                    at += Character.charCount(c);
                }
            }
        }
        throw unclosed(open);
    }

    private void escape() throws TemplateException {
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

    private void variable() throws TemplateException {
        Variable variable = Variable.startingAt(text, at);
        if (variable == null) {
            throw error(
                    at,
                    "not-a-variable",
                    "This is no variable; write #name#, a name of letters, digits, _, - and dots.");
        }
        add(variable, new BodyPart.WholeValue(variable));
    }

    private void add(Variable variable, BodyPart part) {
        endConstant();
        variables.add(variable);
        parts.add(part);
        at = variable.end();
        constantFrom = at;
    }

    private void endConstant() {
        if (at > constantFrom) {
            parts.add(new BodyPart.Constant(text.substring(constantFrom, at)));
        }
    }

    private void number() throws TemplateException {
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
        if (!endsValue(peek()) && peek() != '#') {
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

    private void word() throws TemplateException {
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
            throw error(
                    start,
                    "json-value-expected",
                    "A value is expected here: text in double quotes, a number, true, false, null, {…}, […]"
                            + " or a variable.");
        } else if (!word.equals("true") && !word.equals("false") && !word.equals("null")) {
            throw error(start, "json-word", "Text must stand in double quotes; only true, false and null may not.");
        }
    }

    private void requireStraightQuotes() throws TemplateException {
        if ("'`‘’‚“”„«»".indexOf(peek()) >= 0) {
            throw error(at, "json-quotes", "JSON text stands in straight double quotes (\"), use those.");
        }
    }

    private void skipSpace() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
            at++;
        }
    }

    /** The character at hand, at the end one that the grammar does not know. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\uffff';
    }

    private boolean endsValue(char c) {
        return at == text.length() || " \n\r\t,]}".indexOf(c) >= 0;
    }

    private static boolean isHex(char c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }

    private TemplateException notWholeValue() {
        return error(
                at,
                "variable-not-whole-value",
                "Outside quotes a variable must be the whole value; put it and what touches it in double quotes.");
    }

    private TemplateException notANumber(int start) {
        return error(start, "json-number", "This is no JSON number; put it in quotes if it is text.");
    }

    private TemplateException unclosed(int open) {
        return error(open, "json-unclosed", "What begins here is never closed, add the closing character.");
    }

    private TemplateException error(int index, String code, String message) {
        return TemplateException.at(text, index, code, message);
    }
}
