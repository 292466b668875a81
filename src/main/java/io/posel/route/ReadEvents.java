package io.posel.route;

import io.posel.access.AccessToken;
import io.posel.access.Caller;
import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.event.EventScope;
import io.posel.problem.ProblemException;
import io.posel.web.EdgeHeaders;
import io.posel.web.RefusedAccess;
import io.posel.web.RemoteAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of an HTTP request: JSON or one of the CloudEvents forms. Refuses the whole of it if the token that it
 * came with is bound to other sources or types.
 */
public final class ReadEvents implements Processor {
    private final EventReader reader;
    private final Function<String, Optional<AccessToken>> tokens;
    private final RefusedAccess refused;

    /** @param tokens finds one that an administrator made, by its name */
    public ReadEvents(EventReader reader, Function<String, Optional<AccessToken>> tokens, RefusedAccess refused) {
        this.refused = refused;
        this.reader = reader;
        this.tokens = tokens;
    }

    @Override
    public void process(Exchange exchange) {
        var message = exchange.getMessage();
        Map<String, String> headers = new TreeMap<>();
        message.getHeaders().forEach((name, value) -> {
            if (value instanceof String text) {
                headers.put(name.toLowerCase(Locale.ROOT), text);
            }
        });
        byte[] body = message.getBody(byte[].class);
        List<Event> events = reader.read(headers.get("content-type"), headers, body == null ? new byte[0] : body);
        requirePermission(message, headers.get(EdgeHeaders.CALLER), events);
        message.setBody(events);
    }

    private void requirePermission(Message message, @Nullable String caller, List<Event> events) {
        String name = caller == null ? "" : URLDecoder.decode(caller, StandardCharsets.UTF_8);
        if (name.isEmpty() || Caller.isReserved(name)) {
            return;
        }
        AccessToken token = tokens.apply(name)
                .orElseThrow(() -> new ProblemException(
                        401, "unknown-token", Map.of(), "The token \"" + name + "\" was revoked meanwhile."));
        EventScope scope = new EventScope(token.sources(), token.types());
        try {
            scope.require(events, name);
        } catch (ProblemException e) {
            refused.count(RemoteAddress.of(message), e.errors().get(0).code());
            throw e;
        }
    }
}
