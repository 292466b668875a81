package io.posel;

import com.zaxxer.hikari.HikariDataSource;
import io.posel.event.EventReader;
import io.posel.event.RowEvents;
import io.posel.route.FeedClient;
import io.posel.route.MarkedRows;
import io.posel.route.PollBackoff;
import io.posel.route.ReadRows;
import io.posel.route.SetAsideLog;
import io.posel.source.TypedRows;
import io.posel.store.Database;
import io.posel.store.SetAside;
import io.posel.store.SourcePositions;
import io.posel.template.HeaderTemplate;
import io.posel.template.TemplateException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import javax.sql.DataSource;

/** Builds what the polling routes name: for each source its database, its mapping and its patience. */
final class SourceBeans implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MAX_DELAY = Duration.ofMinutes(1);
    private static final int CONNECTIONS = 2;
    private static final long LEAST_ROWS = 1 << 20;
    private static final long MOST_ROWS = 8 << 20;
    private static final long HEAP_SHARE = 32;

    private final Core core;
    private final Settings settings;
    private final EventReader reader;
    private final ScheduledExecutorService alarms;
    private final List<HikariDataSource> pools = new ArrayList<>();

    SourceBeans(Core core, EventReader reader, ScheduledExecutorService alarms) {
        this.core = core;
        this.settings = core.settings;
        this.reader = reader;
        this.alarms = alarms;
    }

    void bind(BiConsumer<String, Object> names) {
        ZoneId zone = settings.zone("posel.time-zone");
        TypedRows typedRows = new TypedRows(zone, bytesOfRows());
        SetAside setAside = new SetAside(core.database.dataSource(), core.clock);
        names.accept("eventReader", reader);
        names.accept("setAside", setAside);
        names.accept("sourcePositions", new SourcePositions(core.database.dataSource(), core.clock));
        names.accept("sourceHealth", core.sourceHealth);
        names.accept("setAsideReaders", core.setAsideReaders);
        for (String source : settings.sources()) {
            RowEvents rows = new RowEvents(source, zone);
            names.accept(source + "DataSource", typedRows.of(dataSource(source)));
            ReadRows readRows = new ReadRows(source, rows, reader, new SetAsideLog(source, setAside));
            names.accept(source + "Rows", readRows);
            if (settings.text("posel.source." + source + ".enabled").equalsIgnoreCase("true")) {
                core.sourceHealth.expect(source);
            }
            if (!settings.text("posel.source." + source + ".statements").isEmpty()) {
                core.setAsideReaders.put(source, readRows::again);
            }
            names.accept(source + "Marks", new MarkedRows(source, rows));
            names.accept(
                    source + "Client",
                    new FeedClient(
                            headers(source),
                            settings.text("posel.source." + source + ".token"),
                            "Posel/" + Version.TEXT,
                            CONNECT_TIMEOUT,
                            TIMEOUT,
                            alarms));
            names.accept(
                    source + "Backoff",
                    new PollBackoff(source, longestPause(source), core::isStarted, core.clock, core.sourceHealth));
        }
    }

    private Map<String, String> headers(String source) {
        Map<String, String> headers = settings.headers(source);
        headers.forEach((name, value) -> {
            try {
                HeaderTemplate.compile(name, value);
            } catch (TemplateException e) {
                throw new InvalidSettingException(
                        "posel.source." + source + ".header." + name + " cannot be sent: " + e.getMessage());
            }
        });
        return headers;
    }

    /** Of one poll, and so of one row: an event of so many bytes takes many times the memory on its way. */
    private static long bytesOfRows() {
        return Math.max(LEAST_ROWS, Math.min(MOST_ROWS, Runtime.getRuntime().maxMemory() / HEAP_SHARE));
    }

    private Duration longestPause(String source) {
        String key = "posel.source." + source + ".max-delay";
        return settings.text(key).isEmpty() ? MAX_DELAY : settings.duration(key);
    }

    private DataSource dataSource(String source) {
        String key = "posel.source." + source + ".db.";
        if (settings.text(key + "url").isEmpty()) {
            return core.database.dataSource();
        }
        Database.Access access = new Database.Access(
                settings.text(key + "url"), settings.text(key + "user"), settings.text(key + "password"));
        if (access.url().startsWith("jdbc:h2:") && access.toString().equals(core.database.toString())) {
            return core.database.dataSource(); // who writes there takes turns with Posel
        }
        try {
            HikariDataSource pool = Database.pool("posel-source-" + source, access, CONNECTIONS);
            pools.add(pool);
            return pool;
        } catch (RuntimeException e) {
            throw new StartFailedException(
                    "no JDBC driver knows the address in " + key + "url (" + Settings.environmentName(key + "url")
                            + "); put the driver's jar into lib/",
                    e);
        }
    }

    @Override
    public void close() {
        pools.forEach(HikariDataSource::close);
    }
}
