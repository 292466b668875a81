package io.posel.web;

import java.util.List;
import java.util.Locale;

/** A language that pages are written in. */
enum Language {
    ENGLISH("en"),
    CZECH("cs");

    private final String code;

    Language(String code) {
        this.code = code;
    }

    /** As in the attribute {@code lang}. */
    String code() {
        return code;
    }

    /** Of the two texts the one in this language. */
    String of(String english, String czech) {
        return this == CZECH ? czech : english;
    }

    /** What a reader prefers, by {@code Accept-Language} (RFC 9110, 12.5.4); English if it names neither. */
    static Language of(RequestHead head) {
        Language best = ENGLISH;
        double highest = 0;
        for (String range : String.join(",", head.header("Accept-Language")).split(",")) {
            List<String> parts = List.of(range.strip().toLowerCase(Locale.ROOT).split("\\s*;\\s*", -1));
            for (Language each : values()) {
                boolean meant = parts.get(0).equals(each.code) || parts.get(0).startsWith(each.code + "-");
                if (meant && weight(parts) > highest) {
                    best = each;
                    highest = weight(parts);
                }
            }
        }
        return best;
    }

    private static double weight(List<String> parts) {
        String last = parts.get(parts.size() - 1);
        return last.matches("q=[01](\\.[0-9]{0,3})?") ? Double.parseDouble(last.substring(2)) : 1;
    }
}
