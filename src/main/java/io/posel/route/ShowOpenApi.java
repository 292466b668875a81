package io.posel.route;

import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/openapi.json}. Put together when it is first asked for: few starts need it. */
public final class ShowOpenApi implements Processor {
    private final String version;
    private byte @Nullable [] document;

    /** @param version of Posel */
    public ShowOpenApi(String version) {
        this.version = version;
    }

    @Override
    public void process(Exchange exchange) {
        new ApiRequest(exchange); // takes no parameters
        JsonAnswer.write(exchange, 200, "application/json", document());
    }

    private synchronized byte[] document() {
        if (document == null) {
            document = OpenApi.document(version).toBytes();
        }
        return Objects.requireNonNull(document);
    }
}
