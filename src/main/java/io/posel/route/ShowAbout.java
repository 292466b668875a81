package io.posel.route;

import io.posel.json.Json;
import io.posel.store.Database;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Which Posel this is, on what it runs, and the settings that people ask about: {@code GET /api/about}. */
public final class ShowAbout implements Processor {
    private final String version;
    private final Instant startedAt;
    private final Database database;
    private final Json settings;

    /** @param settings no secrets among them */
    public ShowAbout(String version, Instant startedAt, Database database, Json settings) {
        this.version = version;
        this.startedAt = startedAt;
        this.database = database;
        this.settings = settings;
    }

    @Override
    public void process(Exchange exchange) {
        new ApiRequest(exchange); // takes no parameters
        Database.Product product = database.product();
        JsonAnswer.write(
                exchange,
                200,
                Json.object(
                        "version",
                        version,
                        "java",
                        Runtime.version().toString(),
                        "startedAt",
                        startedAt,
                        "database",
                        Json.object(
                                "product", product.name(),
                                "version", product.version(),
                                "embedded", product.embedded()),
                        "settings",
                        settings));
    }
}
