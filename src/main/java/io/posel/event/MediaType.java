package io.posel.event;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A media type (RFC 9110, 8.3.1) as far as the intake needs it.
 *
 * @param name type and subtype in lower case
 * @param charset in lower case, null if there is none
 */
record MediaType(String name, @Nullable String charset) {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern NAME = Pattern.compile(TOKEN + "/" + TOKEN);
    private static final Pattern PARAMETER =
            Pattern.compile("\\s*;\\s*(?:(" + TOKEN + ")=(?:(" + TOKEN + ")|\"((?:[^\"\\\\]|\\\\.)*+)\"))?");

    /** @return null if the text is no media type */
    static @Nullable MediaType parse(@Nullable String text) {
        if (text == null || text.length() > 1_000) {
            return null;
        }
        int end = text.indexOf(';');
        String name = (end < 0 ? text : text.substring(0, end)).strip();
        if (!NAME.matcher(name).matches()) {
            return null;
        }
        String charset = null;
        Matcher parameter = PARAMETER.matcher(text.strip());
        int at = end < 0 ? text.strip().length() : text.strip().indexOf(';');
        while (at < text.strip().length()) {
            if (!parameter.find(at) || parameter.start() != at) {
                return null;
            }
            if ("charset".equalsIgnoreCase(parameter.group(1))) {
                String value = parameter.group(2) != null ? parameter.group(2) : parameter.group(3);
                charset = value.toLowerCase(Locale.ROOT);
            }
            at = parameter.end();
        }
        return new MediaType(name.toLowerCase(Locale.ROOT), charset);
    }

    boolean utf8() {
        return charset == null || charset.equals("utf-8");
    }

    /** CloudEvents JSON format 1.0.2, 3.1.1: {@code *}{@code /json} or {@code *}{@code /*+json}. */
    boolean json() {
        return name.endsWith("/json") || name.endsWith("+json");
    }
}
