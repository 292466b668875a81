package io.posel.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds what looks like a variable and is none, so that it goes out as text: {@code #items[0].sku#},
 * {@code # customer.id #}, {@code #customer.id} without its end, {@code {{customer.id}}}. Colours, anchors, hashtags and
 * the names of programming languages have a {@code #} too: what stands between two of them counts if nothing is blank
 * beside them, and if the second one does not look like the beginning of something else; or if it has a known name.
 */
final class NearMisses {
    /** Longer text between two signs is no name. */
    private static final int LONGEST = 200;

    private static final String HASHES = "#＃﹟♯";
    /** What may stand before the sign that ends a name in some notation. */
    private static final String CLOSING = "])}\"'*?!";
    /** What may begin a name in some notation, beside a letter or {@code _}. */
    private static final String OPENING = "[.$@{(\"'";

    /** Notations of other programs; a single brace may be anything, so it needs a name that is known. */
    private static final List<Notation> NOTATIONS = List.of(
            new Notation("{{{", "}}}", false),
            new Notation("{{", "}}", false),
            new Notation("${{", "}}", false),
            new Notation("${", "}", false),
            new Notation("#{", "}", false),
            new Notation("%{", "}", false),
            new Notation("@{", "}", false),
            new Notation("%23", "%23", false),
            new Notation("[[", "]]", true),
            new Notation("{", "}", true),
            new Notation("%", "%", true));

    private final Predicate<String> known;

    /** @param known whether an event has such a variable, as far as anybody can tell */
    NearMisses(Predicate<String> known) {
        this.known = known;
    }

    private record Notation(String open, String close, boolean onlyKnown) {}

    /** @param suggestion the name that was probably meant, null if that cannot be told */
    record NearMiss(int start, int end, @Nullable String suggestion) {}

    List<NearMiss> in(String text, int from, int to) {
        List<NearMiss> found = new ArrayList<>();
        int at = from;
        while (at < to) {
            Variable variable = text.charAt(at) == '#' ? Variable.startingAt(text, at) : null;
            NearMiss miss = variable == null ? at(text, at, from, to) : null;
            if (miss != null) {
                found.add(miss);
            }
            at = miss != null ? miss.end() : variable != null ? variable.end() : at + 1;
        }
        return found;
    }

    private @Nullable NearMiss at(String text, int at, int from, int to) {
        char c = text.charAt(at);
        NearMiss miss = "{[$#%@".indexOf(c) < 0 ? null : inOtherNotation(text, at, to);
        if (miss == null && HASHES.indexOf(c) >= 0) {
            miss = between(text, at, from, to);
        }
        return miss == null && c == '#' ? halfSigned(text, at, from, to) : miss;
    }

    private @Nullable NearMiss inOtherNotation(String text, int at, int to) {
        for (Notation notation : NOTATIONS) {
            int start = at + notation.open().length();
            int end = text.startsWith(notation.open(), at) ? indexOf(text, notation.close(), start, to) : -1;
            String name = end < 0 ? null : repaired(text.substring(start, end));
            if (name != null && (known.test(name) || !notation.onlyKnown() && name.indexOf('.') > 0)) {
                return new NearMiss(at, end + notation.close().length(), name);
            }
        }
        return null;
    }

    private static int indexOf(String text, String close, int from, int to) {
        for (int i = from; i <= Math.min(from + LONGEST, to - close.length()); i++) {
            if (text.startsWith(close, i)) {
                return i;
            }
        }
        return -1;
    }

    private @Nullable NearMiss between(String text, int open, int from, int to) {
        int close = open + 1;
        while (close < to && close <= open + LONGEST && HASHES.indexOf(text.charAt(close)) < 0) {
            close++;
        }
        if (close >= to || close > open + LONGEST) {
            return null;
        }
        String inner = text.substring(open + 1, close);
        boolean beside = !inner.isEmpty()
                && !CodePoints.isBlank(inner.codePointAt(0))
                && !CodePoints.isBlank(inner.codePointBefore(inner.length()));
        String name = repaired(inner);
        boolean named = name != null && VariableName.isName(visible(inner));
        boolean signed = text.charAt(open) == '#' && text.charAt(close) == '#';
        boolean meant = named
                ? beside && signed || isKnown(name) || name.indexOf('.') > 0
                : signed && (beside && looksMeant(text, open, close, from, to) || isKnown(name));
        String suggestion = meant && name != null ? name : signed ? knownIn(inner) : null;
        if (!meant && suggestion == null) {
            return null;
        }
        boolean opensNext = text.charAt(close) == '#' && Variable.startingAt(text, close) != null;
        return new NearMiss(open, opensNext ? close : close + 1, suggestion);
    }

    private boolean isKnown(@Nullable String name) {
        return name != null && known.test(name);
    }

    /** A known name with a dot that more belongs to: {@code customer.id | upper}. */
    private @Nullable String knownIn(String inner) {
        int at = 0;
        while (at < inner.length()) {
            int end = VariableName.end(inner, at);
            String name = inner.substring(at, end);
            if (name.indexOf('.') > 0 && known.test(name)) {
                return name;
            }
            at = Math.max(end, at + 1);
        }
        return null;
    }

    private static boolean looksMeant(String text, int open, int close, int from, int to) {
        String inner = text.substring(open + 1, close);
        int first = inner.codePointAt(0);
        boolean word = isWord(first) && !Character.isDigit(first);
        boolean afterWord = open > from && Character.isLetterOrDigit(text.codePointBefore(open));
        boolean opens = close + 1 < to && isWord(text.codePointAt(close + 1));
        boolean blank = inner.codePoints().anyMatch(CodePoints::isBlank);
        int last = inner.codePointBefore(inner.length());
        boolean closes = isWord(last) || CLOSING.indexOf(last) >= 0;
        if (inner.codePoints().noneMatch(Character::isLetterOrDigit) || escapes(inner)) {
            return false;
        } else if (afterWord && (!word || blank) || blank && !isPhrase(inner)) {
            return false;
        }
        return !opens || closes && !afterWord && !blank && (word || OPENING.indexOf(first) >= 0);
    }

    private static boolean isWord(int c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    /** A line break or any other escape of JSON but those of quotes. */
    private static boolean escapes(String inner) {
        int backslash = inner.indexOf('\\');
        return backslash >= 0 && (backslash + 1 == inner.length() || "\"'".indexOf(inner.charAt(backslash + 1)) < 0)
                || inner.codePoints().anyMatch(Character::isISOControl);
    }

    /** Words such as {@code customer id}, or a name with a dot and more behind it. */
    private static boolean isPhrase(String inner) {
        int nameEnd = VariableName.end(inner, 0);
        return inner.substring(0, nameEnd).indexOf('.') > 0
                || nameEnd > 0 && inner.codePoints().allMatch(c -> VariableName.isPart(c) || CodePoints.isBlank(c));
    }

    /** A known name that has one of its two signs. */
    private @Nullable NearMiss halfSigned(String text, int hash, int from, int to) {
        int nameEnd = Math.min(VariableName.end(text, hash + 1), to);
        String behind = text.substring(hash + 1, nameEnd);
        if (behind.indexOf('.') > 0 && known.test(behind)) {
            return new NearMiss(hash, nameEnd, behind);
        }
        int start = hash;
        while (start > from && hash - start < LONGEST && isInName(text.charAt(start - 1))) {
            start--;
        }
        String before = text.substring(start, hash);
        return before.indexOf('.') > 0 && VariableName.isName(before) && known.test(before)
                ? new NearMiss(start, hash + 1, before)
                : null;
    }

    private static boolean isInName(char c) {
        return VariableName.isPart(c) || c == '.';
    }

    /**
     * The name that a path of another language means: {@code items.0.sku} for {@code $.items[0]['sku']}. Null where it
     * says more than a name.
     */
    static @Nullable String repaired(String path) {
        StringBuilder name = new StringBuilder();
        for (int c : visible(path).codePoints().toArray()) {
            boolean separates = c == '.' || c == '[' || c == '/';
            if (separates ? name.length() > 0 && name.charAt(name.length() - 1) != '.' : !isNoise(c)) {
                name.appendCodePoint(separates ? '.' : c);
            }
        }
        while (name.length() > 0 && name.charAt(name.length() - 1) == '.') {
            name.setLength(name.length() - 1);
        }
        return VariableName.isName(name.toString()) && name.indexOf(".-") < 0 ? name.toString() : null;
    }

    private static boolean isNoise(int c) {
        return "]\"'\\$@{}()".indexOf(c) >= 0;
    }

    private static String visible(String text) {
        StringBuilder seen = new StringBuilder();
        text.codePoints()
                .filter(c -> !CodePoints.isInvisible(c) || CodePoints.isBlank(c))
                .forEach(seen::appendCodePoint);
        int from = 0;
        int to = seen.length();
        while (from < to && CodePoints.isBlank(seen.charAt(from))) {
            from++;
        }
        while (to > from && CodePoints.isBlank(seen.charAt(to - 1))) {
            to--;
        }
        return seen.substring(from, to);
    }
}
