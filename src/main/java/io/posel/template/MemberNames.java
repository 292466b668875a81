package io.posel.template;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds members of one object that have the same name, or may get it from an event: then a receiver gets one of them at
 * most (RFC 8259, section 4).
 */
final class MemberNames {
    /** Longer names with variables are not compared, nor are more than so many in one object. */
    private static final int LONGEST = 1_000;

    private static final int MOST_WITH_VARIABLES = 200;

    private final String body;
    private final Map<String, Integer> variables = new HashMap<>();

    MemberNames(String body) {
        this.body = body;
    }

    /**
     * A name as the characters that are in it, and for each variable a negative number.
     *
     * @param at where it begins
     */
    private record Name(int at, int[] parts, boolean variable) {}

    /** What an object has so far. */
    private static final class Known {
        private final Map<String, Integer> constant = new HashMap<>();
        private final List<Name> all = new ArrayList<>();
        private final List<Name> withVariable = new ArrayList<>();
    }

    /** One for each member that has an earlier one's name, in their order. */
    List<TemplateWarning> duplicates(List<BodyParser.Text> texts, int most) {
        Map<Integer, Known> objects = new HashMap<>();
        List<TemplateWarning> found = new ArrayList<>();
        for (BodyParser.Text text : texts) {
            if (text.object() >= 0 && found.size() < most) {
                int other = other(text, objects.computeIfAbsent(text.object(), object -> new Known()));
                if (other >= 0) {
                    found.add(warning(text.from() - 1, other));
                }
            }
        }
        return found;
    }

    /** Where the first member stands that may have the name of this one, −1 if there is none. */
    private int other(BodyParser.Text text, Known known) {
        List<Variable> inside = Variable.in(body, text.from(), text.to());
        Name name = name(text, inside);
        List<Name> others = known.withVariable;
        if (inside.isEmpty()) {
            Integer same = known.constant.putIfAbsent(constant(text.from(), text.to()), name.at());
            if (same != null) {
                return same;
            }
        } else if (known.withVariable.size() < MOST_WITH_VARIABLES && name.parts().length <= LONGEST) {
            others = known.all;
            known.withVariable.add(name);
        } else {
            return -1;
        }
        int at = others.stream()
                .filter(each -> each != name && canBeEqual(each.parts(), name.parts()))
                .mapToInt(Name::at)
                .findFirst()
                .orElse(-1);
        known.all.add(name);
        return at;
    }

    private Name name(BodyParser.Text text, List<Variable> inside) {
        List<Integer> parts = new ArrayList<>();
        int at = text.from();
        for (Variable variable : inside) {
            constant(at, variable.start()).chars().forEach(parts::add);
            parts.add(-1 - variables.computeIfAbsent(variable.path(), path -> variables.size()));
            at = variable.end();
        }
        constant(at, text.to()).chars().forEach(parts::add);
        return new Name(
                text.from() - 1, parts.stream().mapToInt(Integer::intValue).toArray(), !inside.isEmpty());
    }

    /** Without its escapes, so that two ways to write a character are the same. */
    private String constant(int from, int to) {
        String written = body.substring(from, to);
        try {
            return written.indexOf('\\') < 0 ? written : ((Json.Str) Json.parse('"' + written + '"')).value();
        } catch (JsonSyntaxException e) {
            throw new IllegalStateException(e); // it was parsed already
        }
    }

    /** Whether data could make two names the same, each variable having any text, but the same one everywhere. */
    static boolean canBeEqual(int[] one, int[] other) {
        int from = 0;
        int shorter = Math.min(one.length, other.length);
        while (from < shorter && one[from] == other[from]) {
            from++;
        }
        int end = 0;
        while (end < shorter - from && one[one.length - 1 - end] == other[other.length - 1 - end]) {
            end++;
        }
        return isVariable(one, from, end) ? matches(one, from, end, other) : matches(other, from, end, one);
    }

    private static boolean isVariable(int[] parts, int from, int end) {
        for (int i = from; i < parts.length - end; i++) {
            if (parts[i] < 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether a name with variables can be the other one, both without what they have in common at their ends. */
    private static boolean matches(int[] pattern, int from, int end, int[] text) {
        int p = from;
        int t = from;
        int pEnd = pattern.length - end;
        int tEnd = text.length - end;
        if (isVariable(text, from, end)) {
            // with a variable on both sides only what is before the first and behind the last one can differ
            return (pattern[p] < 0 || text[t] < 0) && (pattern[pEnd - 1] < 0 || text[tEnd - 1] < 0);
        }
        int star = -1;
        int retry = t;
        while (t < tEnd) {
            if (p < pEnd && pattern[p] == text[t]) {
                p++;
                t++;
            } else if (p < pEnd && pattern[p] < 0) {
                star = p++;
                retry = t;
            } else if (star >= 0) {
                p = star + 1;
                t = ++retry;
            } else {
                return false;
            }
        }
        while (p < pEnd && pattern[p] < 0) {
            p++;
        }
        return p == pEnd;
    }

    private TemplateWarning warning(int index, int other) {
        Place place = Place.of(body, other);
        return TemplateWarning.at(
                body,
                index,
                "duplicate-name",
                Map.of("otherLine", place.line(), "otherColumn", place.column()),
                "This member can have the same name as the one at line " + place.line() + ", column " + place.column()
                        + "; the receiver then gets one of the two. Name them so that they always differ.");
    }
}
