package io.posel.template;

import java.util.List;
import java.util.stream.Collectors;

/** A piece of a URL template behind the host. */
sealed interface UrlPart {

    void appendTo(StringBuilder out, Variables variables) throws RenderException;

    /** Encoded already. */
    record Constant(String encoded) implements UrlPart {
        @Override
        public void appendTo(StringBuilder out, Variables variables) {
            out.append(encoded);
        }
    }

    record Encoded(Variable variable) implements UrlPart {
        @Override
        public void appendTo(StringBuilder out, Variables variables) throws RenderException {
            if (!PercentEncoding.appendData(variable.textIn(variables), out)) {
                throw new RenderException("The URL cannot be requested: the value of " + variable
                        + " holds a broken character (half of a surrogate pair).");
            }
            Room.require(out.length());
        }
    }

    /** A path segment of dots and variables only, which data could turn into a step to another path. */
    record MayBecomeDots(List<UrlPart> parts) implements UrlPart {
        @Override
        public void appendTo(StringBuilder out, Variables variables) throws RenderException {
            int from = out.length();
            for (UrlPart part : parts) {
                part.appendTo(out, variables);
            }
            if (isDots(out, from, out.length())) {
                throw new RenderException(
                        "The URL cannot be requested: its path segment with " + names() + " would become . or ..");
            }
        }

        private String names() {
            return parts.stream()
                    .filter(Encoded.class::isInstance)
                    .map(part -> ((Encoded) part).variable().toString())
                    .distinct()
                    .collect(Collectors.joining(" and "));
        }
    }

    /** Whether this is one or two dots, each of which may be written as {@code %2e}. */
    static boolean isDots(CharSequence url, int from, int to) {
        int dots = dots(url, from, to);
        return dots == 1 || dots == 2;
    }

    /** How many dots this consists of, −1 if there is anything else. */
    static int dots(CharSequence url, int from, int to) {
        int dots = 0;
        int i = from;
        while (i < to) {
            boolean escaped = to - i >= 3
                    && url.charAt(i) == '%'
                    && url.charAt(i + 1) == '2'
                    && (url.charAt(i + 2) == 'e' || url.charAt(i + 2) == 'E');
            if (!escaped && url.charAt(i) != '.') {
                return -1;
            }
            dots++;
            i += escaped ? 3 : 1;
        }
        return dots;
    }
}
