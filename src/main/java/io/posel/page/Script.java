package io.posel.page;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JavaScript module and what it imports.
 *
 * <p>Not promised: to understand JavaScript. A text or a comment that looks like an import is taken for one, and an
 * import with a comment in it for none; tests see both, as neither leads to a file.
 */
record Script(String name, String text) {
    /** What may stand between {@code import} or {@code export} and {@code from}: names, commas, braces, asterisks. */
    private static final Pattern IMPORT = Pattern.compile("(?<![\\w$.])"
            + "(?:(?:import|export)(?=[\\s{*])[\\w$*{},\\s]+?\\bfrom\\s*|import\\s*(?<dynamic>\\(\\s*)?)"
            + "(?<quote>[\"'])(?<what>[^\"'\\\\\n]+)\\k<quote>");

    /** Of what is not known before it runs. */
    private static final Pattern COMPUTED = Pattern.compile("(?<![\\w$.])import\\((?!\\s*[\"'])");

    private static final Pattern SOURCE_MAP = Pattern.compile("\\n//[#@] ?sourceMappingURL=[^\\n]*");

    /**
     * @param what the specifier, as it stands there
     * @param first whether the module is not run before that one: an import without parentheses
     */
    record Import(String what, boolean first) {}

    List<Import> imports() {
        if (COMPUTED.matcher(text).find()) {
            throw new IllegalStateException(name + " imports something whose name is computed");
        }
        return IMPORT.matcher(text).results().map(Script::read).toList();
    }

    private static Import read(java.util.regex.MatchResult match) {
        return new Import(match.group(3), match.group(1) == null);
    }

    /** With other specifiers, and without the place of a source map, which nobody serves. */
    String with(UnaryOperator<String> specifiers) {
        String cut = SOURCE_MAP.matcher(text).replaceAll("");
        Matcher matcher = IMPORT.matcher(cut);
        StringBuilder result = new StringBuilder();
        int copied = 0;
        while (matcher.find()) {
            result.append(cut, copied, matcher.start("what")).append(specifiers.apply(matcher.group("what")));
            copied = matcher.end("what");
        }
        return result.append(cut, copied, cut.length()).toString();
    }
}
