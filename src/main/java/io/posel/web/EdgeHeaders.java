package io.posel.web;

import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Which headers cross the edge between HTTP and a Camel message: known ones only, in both directions. A name that some
 * component of Camel obeys ({@code Camel…} in any case, {@code kafka.OVERRIDE_TOPIC}) cannot be among them by accident.
 *
 * <p>Camel makes message headers of request headers and of query parameters alike. Here a name stands for one of the
 * two, the first value counts, and a query parameter cannot pass for a request header. {@code Authorization} and
 * {@code Cookie} do not enter. The path, the query and the method still stand in the {@code CamelHttp…} headers that
 * the consumer itself sets: remove those before anything that sends.
 */
public final class EdgeHeaders implements HeaderFilterStrategy {
    /**
     * Names the token that a request came with, or who is signed in, percent-encoded in UTF-8. The door sets it; what a caller sends of this
     * name is replaced.
     */
    public static final String CALLER = "posel-caller";

    /** Request headers that a route may see, besides {@code ce-*} (CloudEvents, HTTP binding 3.1.3). */
    public static final Set<String> REQUEST_HEADERS = Set.of(
            "accept",
            "accept-language",
            "content-encoding",
            "content-length",
            "content-type",
            "host",
            "idempotency-key",
            "if-match",
            "if-none-match",
            CALLER,
            "traceparent",
            "tracestate",
            "user-agent",
            "x-request-id");

    /** Query parameters that a route sees as headers: those of the administration interface. */
    public static final Set<String> QUERY_PARAMETERS = Set.of(
            "cursor", "deleted", "entity", "event", "from", "key", "limit", "source", "state", "to", "type", "webhook");

    private static final Set<String> RESPONSE_HEADERS = Set.of(
            "allow",
            "cache-control",
            "content-type",
            "etag",
            "last-modified",
            "link",
            "location",
            "retry-after",
            "www-authenticate");

    private static final Pattern CLOUD_EVENT = Pattern.compile("ce-[a-z0-9]+");
    private static final Pattern OBEYED = Pattern.compile("(camel|kafka\\.|org\\.apache\\.camel).*");

    private final Set<String> requestHeaders;
    private final Set<String> queryParameters;

    public EdgeHeaders() {
        this(Set.of(), Set.of());
    }

    /**
     * @param moreRequestHeaders further request headers that routes need
     * @param moreQueryParameters further query parameters that routes need as headers
     */
    public EdgeHeaders(Set<String> moreRequestHeaders, Set<String> moreQueryParameters) {
        this.requestHeaders = union(REQUEST_HEADERS, moreRequestHeaders);
        this.queryParameters = union(QUERY_PARAMETERS, moreQueryParameters);
    }

    private static Set<String> union(Set<String> known, Set<String> more) {
        Set<String> all = new HashSet<>(known);
        more.forEach(name -> all.add(name.toLowerCase(Locale.ROOT)));
        all.removeIf(name -> OBEYED.matcher(name).matches() || name.equals("authorization") || name.equals("cookie"));
        return Set.copyOf(all);
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        if (!(exchange.getMessage() instanceof HttpMessage message) || message.getHeader(name) != null) {
            return true;
        }
        HttpServerRequest request = message.getRequest();
        String lower = name.toLowerCase(Locale.ROOT);
        if (requestHeaders.contains(lower) || CLOUD_EVENT.matcher(lower).matches()) {
            return !value.equals(request.getHeader(name));
        }
        return !queryParameters.contains(lower)
                || !value.equals(request.getParam(name))
                || isPathParameter(name, exchange);
    }

    /** Camel adds path parameters unfiltered, and would make a list of the two. */
    private static boolean isPathParameter(String name, Exchange exchange) {
        String uri = exchange.getFromEndpoint().getEndpointUri().toLowerCase(Locale.ROOT);
        String lower = name.toLowerCase(Locale.ROOT);
        return uri.contains("{" + lower + "}") || uri.contains("%7b" + lower + "%7d");
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !RESPONSE_HEADERS.contains(name.toLowerCase(Locale.ROOT));
    }
}
