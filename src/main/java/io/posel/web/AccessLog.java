package io.posel.web;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line for each request when its answer has ended, in the combined log format of the Apache HTTP Server, to a logger
 * of its own. Times are UTC.
 *
 * <p>Promised: one line each, of printable ASCII; no header but {@code User-Agent} and the {@code Referer} without its query;
 * of the query the values of those parameters alone that the administration interface knows, so no ticket and no key.
 */
final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger("posel.access");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final int LONGEST = 2_000;
    private static final String NONE = "-";

    private final InstantSource clock;

    AccessLog(InstantSource clock) {
        this.clock = clock;
    }

    /** @param caller percent-encoded; null for one who is not known */
    void watch(HttpServerRequest request, @Nullable String caller) {
        String line = "%s - %s [%s] \"%s\" "
                .formatted(
                        request.remoteAddress().hostAddress(),
                        caller == null ? NONE : caller,
                        TIME.format(clock.instant()),
                        printable(request.method().name() + " " + target(String.valueOf(request.uri())) + " "
                                + version(request)));
        String about =
                " \"%s\" \"%s\"".formatted(header(request, "Referer", true), header(request, "User-Agent", false));
        HttpServerResponse response = request.response();
        response.endHandler(ended -> LOG.info(
                "{}{} {}{}",
                line,
                response.getStatusCode(),
                response.bytesWritten() == 0 ? NONE : response.bytesWritten(),
                about));
    }

    private static String version(HttpServerRequest request) {
        return switch (request.version()) {
            case HTTP_1_0 -> "HTTP/1.0";
            case HTTP_1_1 -> "HTTP/1.1";
            case HTTP_2 -> "HTTP/2";
        };
    }

    /** With the values of the parameters that are known; of others the names. */
    static String target(String target) {
        int query = target.indexOf('?');
        if (query < 0) {
            return target;
        }
        return target.substring(0, query + 1)
                + Arrays.stream(target.substring(query + 1).split("&", -1))
                        .map(AccessLog::parameter)
                        .collect(Collectors.joining("&"));
    }

    private static String parameter(String parameter) {
        int equals = parameter.indexOf('=');
        if (equals < 0) {
            return parameter.isEmpty() ? "" : "***";
        }
        return EdgeHeaders.QUERY_PARAMETERS.contains(parameter.substring(0, equals))
                ? parameter
                : parameter.substring(0, equals + 1) + "***";
    }

    private static String header(HttpServerRequest request, String name, boolean address) {
        String value = request.getHeader(name);
        return value == null ? NONE : printable(address ? value.split("[?#]", 2)[0] : value);
    }

    /** As that server escapes what would end the quotes or the line. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length() && out.length() < LONGEST; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= ' ' && c < 127) {
                out.append(c);
            } else {
                out.append(String.format(c < 256 ? "\\x%02x" : "\\u%04x", (int) c));
            }
        }
        return out.toString();
    }
}
