package io.posel.template;

import io.posel.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Reads a body template once, by the grammar of RFC 8259 with variables added. */
final class BodyParser {
    /** Belongs to a file and not to JSON on its way (RFC 8259, section 8.1). */
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final String text;
    private final BodyScanner scan;
    private final List<BodyPart> parts = new ArrayList<>();
    private final List<Variable> variables = new ArrayList<>();
    private final List<Text> texts = new ArrayList<>();
    private int objects;
    private int constantFrom;
    private int depth;

    BodyParser(String text) {
        this.text = text;
        this.scan = new BodyScanner(text);
    }

    /**
     * What stands between two quotes.
     *
     * @param object which one it names a member of, −1 for a value
     */
    record Text(int from, int to, int object) {}

    List<BodyPart> parse() throws TemplateException {
        if (text.startsWith(BYTE_ORDER_MARK)) {
            scan.skip(BYTE_ORDER_MARK.length());
            constantFrom = scan.at();
        }
        scan.skipSpace();
        if (scan.atEnd()) {
            throw scan.error(0, "body-empty", "The body is empty, write a JSON value.");
        }
        value();
        scan.skipSpace();
        if (!scan.atEnd()) {
            throw scan.unexpected("json-more-follows", "The JSON value ends before this, remove what follows.");
        }
        endConstant();
        return parts;
    }

    List<Variable> variables() {
        return variables;
    }

    /** All that stand in quotes, in their order. */
    List<Text> texts() {
        return texts;
    }

    private void value() throws TemplateException {
        int start = scan.at();
        switch (scan.peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string(-1);
            case '#' -> variable();
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> scan.number();
            default -> scan.word();
        }
        boolean scalar = text.charAt(start) != '{' && text.charAt(start) != '[';
        if (scalar && scan.peek() == '#' || text.charAt(start) == '#' && !scan.endsValue()) {
            throw scan.notWholeValue();
        }
    }

    private void object() throws TemplateException {
        int open = open();
        int object = objects++;
        boolean first = true;
        while (more(open, '}', first)) {
            if (scan.peek() == '#') {
                throw scan.error(scan.at(), "variable-as-name", "The name of a member must stand in double quotes.");
            } else if (scan.peek() != '"') {
                scan.requireStraightQuotes();
                throw scan.unexpected("json-name-expected", "A member's name in double quotes is expected here.");
            }
            string(object);
            scan.skipSpace();
            if (scan.peek() != ':') {
                throw scan.atEnd()
                        ? unclosed(open)
                        : scan.unexpected(
                                "json-colon-expected", "A colon is expected between a member's name and value.");
            }
            scan.skip(1);
            scan.skipSpace();
            if (scan.atEnd()) {
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
            throw scan.error(
                    scan.at(),
                    "json-too-deep",
                    "Objects and arrays may be nested " + Json.MAX_DEPTH + " deep at most.");
        }
        int open = scan.at();
        scan.skip(1);
        return open;
    }

    /** Goes to the next member or item; false behind the closing bracket. */
    private boolean more(int open, char close, boolean first) throws TemplateException {
        scan.skipSpace();
        int separator = scan.at();
        if (scan.peek() == close) {
            scan.skip(1);
            return false;
        } else if (!first && scan.peek() == ',') {
            scan.skip(1);
            scan.skipSpace();
            if (scan.peek() == close) {
                throw scan.error(separator, "json-trailing-comma", "Nothing follows this comma, remove it.");
            }
        } else if (!first && !scan.atEnd()) {
            throw scan.unexpected("json-comma-expected", "A comma or " + close + " is expected here.");
        }
        if (scan.atEnd()) {
            throw unclosed(open);
        }
        return true;
    }

    private void string(int object) throws TemplateException {
        int open = scan.at();
        scan.skip(1);
        while (!scan.atEnd()) {
            int c = text.codePointAt(scan.at());
            if (c == '"') {
                texts.add(new Text(open + 1, scan.at(), object));
                scan.skip(1);
                return;
            } else if (c == '\\') {
                scan.escape();
            } else if (c < 0x20) {
                scan.requireStraightQuotes(open);
                throw scan.error(
                        scan.at(),
                        "json-control-character",
                        c == '\n' || c == '\r'
                                ? "A line break in quotes must be written \\n, or the closing quotes are missing."
                                : "A tab or control character in quotes must be written as an escape, such as \\t.");
            } else if (Surrogates.isLone(c)) {
                throw Surrogates.refused(text, scan.at());
            } else {
                Variable variable = c == '#' ? Variable.startingAt(text, scan.at()) : null;
                if (variable != null) {
                    add(variable, new BodyPart.InString(variable));
                } else {
                    scan.skip(Character.charCount(c));
                }
            }
        }
        scan.requireStraightQuotes(open);
        throw unclosed(open);
    }

    private void variable() throws TemplateException {
        Variable variable = Variable.startingAt(text, scan.at());
        if (variable == null) {
            throw scan.error(
                    scan.at(),
                    "not-a-variable",
                    "This is no variable; write #name#, a name of letters, digits, _, - and dots.");
        }
        add(variable, new BodyPart.WholeValue(variable));
    }

    private void add(Variable variable, BodyPart part) {
        endConstant();
        variables.add(variable);
        parts.add(part);
        constantFrom = variable.end();
        scan.skip(constantFrom - scan.at());
    }

    private void endConstant() {
        if (scan.at() > constantFrom) {
            parts.add(new BodyPart.Constant(text.substring(constantFrom, scan.at())));
        }
    }

    private TemplateException unclosed(int open) {
        return scan.error(open, "json-unclosed", "What begins here is never closed, add the closing character.");
    }
}
