package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.event.EventReader;
import io.posel.event.RowEvents;
import io.posel.route.MarkedRows;
import io.posel.route.PollBackoff;
import io.posel.route.ReadRows;
import io.posel.route.SetAsideLog;
import io.posel.store.SetAside;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.main.Main;
import org.apache.camel.support.ScheduledPollEndpoint;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real route files of the sources, built with the settings as Posel hands them over, and not started. */
class PollIntervalTest {
    @TempDir
    private Path home;

    @ParameterizedTest
    @CsvSource({
        "poll-events-sql, outbox, {{posel.source.outbox.interval}}",
        "poll-events-http, feed, {{posel.source.feed.interval}}",
        "poll-events-sql, outbox, 3600000",
        "poll-events-http, feed, 1h"
    })
    @DisplayName("C4: a source waits as long as its setting says, or a time in the route file itself")
    void interval(String route, String source, String delay) throws Exception {
        String text = Files.readString(Path.of("routes", route + ".camel.yaml"));
        String setting = "posel.source." + source + ".interval";
        Path file = home.resolve(route + ".camel.yaml");
        assertThat(text).contains("delay: \"{{" + setting + "}}\"");
        Files.writeString(file, text.replace("{{" + setting + "}}", delay));

        assertThat(delayOf(file, source, Settings.load(home, Map.of()).with(setting, "PT1H")))
                .isEqualTo(Duration.ofHours(1).toMillis());
    }

    private static long delayOf(Path file, String source, Settings settings) throws Exception {
        Main camel = new Main();
        settings.properties().forEach(camel::addInitialProperty);
        camel.addInitialProperty("posel.routes", "file:" + Path.of("routes").toAbsolutePath());
        camel.bind("outboxDataSource", new JdbcDataSource());
        RowEvents rows = new RowEvents("outbox", ZoneOffset.UTC);
        SetAside setAside = new SetAside(new JdbcDataSource(), Clock.systemUTC());
        camel.bind(
                "outboxRows",
                new ReadRows("outbox", rows, new EventReader(() -> "id"), new SetAsideLog("outbox", setAside)));
        camel.bind("outboxMarks", new MarkedRows("outbox", rows));
        camel.bind(source + "Backoff", new PollBackoff(source, Duration.ofSeconds(1), () -> false, Clock.systemUTC()));
        camel.bind("feedClient", (HttpClientConfigurer) client -> {});
        camel.configure().setRoutesIncludePattern("file:" + file);
        camel.configure().setAutoConfigurationEnabled(false);
        try {
            camel.init();
            camel.getCamelContext().init();
            return camel.getCamelContext().getEndpoints().stream()
                    .filter(ScheduledPollEndpoint.class::isInstance)
                    .mapToLong(each -> ((ScheduledPollEndpoint) each).getDelay())
                    .max()
                    .orElseThrow();
        } finally {
            camel.stop();
        }
    }
}
