package io.posel.route;

import java.util.Locale;
import org.apache.camel.Exchange;

/**
 * What a route says about its delivery, where no request of Posel's client shows it: the property {@value #PROPERTY} is
 * {@code delivered}, or {@code skipped} with a reason, in the property {@value #REASON} or behind a colon. What an attempt
 * says that fails afterwards does not count.
 *
 * @param text the reason of {@code skipped}; what is wrong if it is neither
 */
record RouteOutcome(Kind kind, String text) {
    static final String PROPERTY = "posel-outcome";
    static final String REASON = "posel-reason";
    /** As the column takes it. */
    static final int REASON_LIMIT = 200;

    enum Kind {
        NONE,
        DELIVERED,
        SKIPPED,
        INVALID
    }

    static RouteOutcome of(Exchange exchange) {
        String said = text(exchange, PROPERTY);
        if (said.isEmpty()) {
            return new RouteOutcome(Kind.NONE, "");
        }
        int colon = said.indexOf(':');
        String word = (colon < 0 ? said : said.substring(0, colon)).strip().toLowerCase(Locale.ROOT);
        String reason =
                colon < 0 ? text(exchange, REASON) : said.substring(colon + 1).strip();
        if (word.equals("delivered")) {
            return new RouteOutcome(Kind.DELIVERED, "");
        } else if (!word.equals("skipped")) {
            return new RouteOutcome(
                    Kind.INVALID, PROPERTY + " is \u201c" + cut(said) + "\u201d; it must be delivered or skipped");
        }
        return reason.isEmpty()
                ? new RouteOutcome(Kind.INVALID, PROPERTY + " is skipped without a reason; set the property " + REASON)
                : new RouteOutcome(Kind.SKIPPED, cut(reason));
    }

    private static String text(Exchange exchange, String property) {
        Object value = exchange.getProperty(property);
        return value == null
                ? ""
                : value.toString().replaceAll("\\p{Cntrl}+", " ").strip();
    }

    /** Not in the middle of a character. */
    private static String cut(String text) {
        if (text.length() <= REASON_LIMIT) {
            return text;
        }
        int end = REASON_LIMIT - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }
}
