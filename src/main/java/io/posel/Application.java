package io.posel;

import com.fasterxml.uuid.Generators;
import com.zaxxer.hikari.HikariDataSource;
import io.posel.delivery.AddressPolicy;
import io.posel.delivery.Cidr;
import io.posel.delivery.DeliveryClient;
import io.posel.delivery.DeliveryHeaders;
import io.posel.delivery.DeliveryResolver;
import io.posel.delivery.Dispatcher;
import io.posel.delivery.RequestTemplates;
import io.posel.delivery.StandardHeaders;
import io.posel.event.EventReader;
import io.posel.event.EventTypes;
import io.posel.event.RowEvents;
import io.posel.route.AddWebhooks;
import io.posel.route.AnswerAccepted;
import io.posel.route.AnswerProblem;
import io.posel.route.AwaitTurn;
import io.posel.route.FeedClient;
import io.posel.route.FindWebhooks;
import io.posel.route.HeldEvents;
import io.posel.route.KeyedResequenceReifier;
import io.posel.route.PollBackoff;
import io.posel.route.PrepareAttempt;
import io.posel.route.ReadEvents;
import io.posel.route.ReadRows;
import io.posel.route.RecordFailure;
import io.posel.route.ReleaseEvent;
import io.posel.route.RenderRequest;
import io.posel.route.SetAsideLog;
import io.posel.route.SettleDelivery;
import io.posel.route.StoreEvents;
import io.posel.route.ValidateEvents;
import io.posel.store.Catalogue;
import io.posel.store.Database;
import io.posel.store.DeliveryQueue;
import io.posel.store.Intake;
import io.posel.store.Maintenance;
import io.posel.store.SetAside;
import io.posel.store.Settlement;
import io.posel.store.SourcePositions;
import io.posel.store.Webhooks;
import io.posel.web.AllowedHosts;
import io.posel.web.Door;
import io.posel.web.EdgeHeaders;
import io.posel.web.HealthReport;
import io.posel.web.HttpServerStart;
import io.posel.web.HttpSettings;
import io.posel.web.NoHttpServer;
import io.posel.web.PoselHttpServer;
import io.posel.web.Tokens;
import io.posel.web.WrongTokens;
import io.posel.webhook.Expiry;
import io.posel.webhook.WebhookIds;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running Posel: builds the parts, names them for the route files, starts and stops them in order. */
public final class Application implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Application.class);
    private static final Duration DATABASE_RETRY = Duration.ofSeconds(2);
    private static final int LOOKUPS = 64;
    private static final Duration SOURCE_CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SOURCE_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration SOURCE_MAX_DELAY = Duration.ofMinutes(1);
    private static final Duration HELD_SCAN = Duration.ofSeconds(5);

    private final Settings settings;
    private final InstantSource clock;
    private final Main camel = new Main();
    private final List<AutoCloseable> toClose = new ArrayList<>();
    private final ScheduledThreadPoolExecutor timer = timer("posel-timer", 2);

    private final Database database;
    private final Intake intake;
    private final Settlement settlement;
    private final Webhooks webhooks;
    private final Catalogue catalogue;
    private final Dispatcher dispatcher;
    private final PoselHttpServer server;
    private volatile boolean storeReady;
    private volatile boolean stopped;

    /** Builds all parts; opens nothing but the connection pool. */
    public Application(Settings settings, InstantSource clock) {
        settings.check();
        this.settings = settings;
        this.clock = clock;
        EventTypes eventTypes = CatalogueFiles.load(settings.home());
        Path data = settings.path("posel.data-dir");
        createDirectory(data);

        this.database = new Database(
                settings.text("posel.db.url").isEmpty()
                        ? Database.Access.embedded(data)
                        : new Database.Access(
                                settings.text("posel.db.url"),
                                settings.text("posel.db.user"),
                                settings.text("posel.db.password")));
        Expiry expiry = new Expiry(settings.duration("posel.expire-after"));
        DeliveryQueue queue = new DeliveryQueue(database.dataSource());
        int threads = settings.number("posel.delivery.threads", 1, 10_000);
        Settlement[] later = new Settlement[1];
        Dispatcher[] dispatch = new Dispatcher[1];
        this.webhooks = new Webhooks(
                database.dataSource(),
                clock,
                new WebhookIds(new SecureRandom())::next,
                expiry,
                () -> later[0],
                id -> dispatch[0].changed(id));
        this.settlement = new Settlement(
                database.dataSource(),
                database.dialect(),
                expiry,
                webhooks::settled,
                settled -> dispatch[0].settled(settled));
        later[0] = settlement;
        this.catalogue = new Catalogue(database.dataSource(), settlement, eventTypes);
        this.dispatcher = new Dispatcher(
                queue,
                webhooks::find,
                settings.number("posel.delivery.concurrency", 1, 10_000),
                threads,
                pool("posel-delivery", threads, Integer.MAX_VALUE),
                timer,
                clock,
                settlement::waiting);
        dispatch[0] = dispatcher;
        this.intake = new Intake(
                database.dataSource(),
                database.dialect(),
                clock,
                Generators.timeBasedEpochGenerator(),
                dispatcher::wake);
        this.server = server(data);
        bind(queue, threads);
    }

    private PoselHttpServer server(Path data) {
        String host = settings.text("posel.http.host");
        Tokens tokens = Tokens.of(
                settings.text("posel.admin-token"), settings.text("posel.intake-token"), data, new SecureRandom());
        Door door = new Door(
                new AllowedHosts(host, new HashSet<>(settings.list("posel.http.allowed-hosts"))),
                tokens,
                new WrongTokens(10, 10_000, clock),
                settings.bytes("posel.max-body"));
        return new PoselHttpServer(
                HttpSettings.of(host, settings.number("posel.http.port", 0, 65_535), settings.bytes("posel.max-body")),
                door,
                new EdgeHeaders(),
                () -> HealthReport.of(new HealthReport.Check("database", storeReady && database.isReachable())));
    }

    /** The names that route files may use. */
    private void bind(DeliveryQueue queue, int threads) {
        EventReader reader = new EventReader(() -> UUID.randomUUID().toString());
        ScheduledThreadPoolExecutor alarms = timer("posel-deadline", 1);
        DeliveryResolver resolver = new DeliveryResolver(
                addressPolicy(),
                java.net.InetAddress::getAllByName,
                pool("posel-lookup", LOOKUPS, LOOKUPS * 10),
                settings.duration("posel.delivery.connect-timeout"));
        DeliveryClient client = new DeliveryClient(
                new DeliveryClient.Settings(
                        threads + 64,
                        settings.duration("posel.delivery.connect-timeout"),
                        settings.duration("posel.delivery.timeout"),
                        Version.TEXT,
                        null,
                        null),
                resolver,
                alarms);
        Maintenance maintenance = new Maintenance(webhooks, settlement, clock, settings.duration("posel.retention"));

        camel.bind("dispatcher", dispatcher);
        camel.bind("intake", intake);
        camel.bind("timer", timer);
        camel.bind("dataSource", database.dataSource());

        camel.bind("readEvents", new ReadEvents(reader));
        camel.bind("validateEvents", new ValidateEvents(reader));
        camel.bind("findWebhooks", new FindWebhooks(webhooks));
        camel.bind("addWebhooks", new AddWebhooks());
        camel.bind("storeEvents", new StoreEvents(intake));
        camel.bind("answerAccepted", new AnswerAccepted());
        camel.bind("answerIntakeProblem", new AnswerProblem(503));
        camel.bind("answerProblem", new AnswerProblem(500));
        camel.bind("releaseEvent", new ReleaseEvent(intake));

        camel.bind("renderRequest", new RenderRequest(queue, webhooks, new RequestTemplates(), settlement, clock));
        camel.bind("awaitTurn", new AwaitTurn(dispatcher));
        camel.bind("prepareAttempt", new PrepareAttempt(new StandardHeaders(clock), clock));
        camel.bind("deliveryClient", client);
        camel.bind("deliveryConnections", client.connections());
        camel.bind("deliveryHeaders", new DeliveryHeaders());
        camel.bind(
                "recordFailure",
                new RecordFailure(
                        dispatcher,
                        settlement,
                        clock,
                        settings.duration("posel.delivery.redelivery-delay"),
                        settings.number("posel.delivery.redelivery-factor", 1, 1_000),
                        settings.duration("posel.delivery.max-delay")));
        camel.bind("settleDelivery", new SettleDelivery(dispatcher, settlement, clock));
        camel.bind("purgeWebhooks", (Processor) exchange -> maintenance.purgeWebhooks());
        camel.bind("purgeHistory", (Processor) exchange -> maintenance.purgeHistory());
        new Administration(
                        settings,
                        clock,
                        database.dataSource(),
                        webhooks,
                        catalogue,
                        settlement,
                        dispatcher,
                        queue,
                        resolver,
                        maintenance,
                        reader)
                .bind(camel::bind);
        SetAside setAside = new SetAside(database.dataSource(), clock);
        camel.bind("eventReader", reader);
        camel.bind("setAside", setAside);
        camel.bind("sourcePositions", new SourcePositions(database.dataSource(), clock));
        for (String source : settings.sources()) {
            camel.bind(source + "DataSource", sourceDatabase(source));
            camel.bind(
                    source + "Rows",
                    new ReadRows(
                            new RowEvents(source, settings.zone("posel.time-zone")),
                            reader,
                            new SetAsideLog(source, setAside)));
            camel.bind(
                    source + "Client",
                    new FeedClient(
                            settings.text("posel.source." + source + ".token"),
                            "Posel/" + Version.TEXT,
                            SOURCE_CONNECT_TIMEOUT,
                            SOURCE_TIMEOUT,
                            alarms));
            camel.bind(source + "Backoff", new PollBackoff(source, longestPause(source), () -> storeReady, clock));
        }
    }

    private AddressPolicy addressPolicy() {
        List<Cidr> allowed;
        try {
            allowed = Cidr.parseList(settings.text("posel.delivery.allow"));
        } catch (IllegalArgumentException e) {
            throw settings.invalid("posel.delivery.allow", "CIDR blocks separated by commas: " + e.getMessage());
        }
        return new AddressPolicy(
                allowed,
                new InetSocketAddress(settings.text("posel.http.host"), settings.number("posel.http.port", 0, 65_535)));
    }

    private Duration longestPause(String source) {
        String key = "posel.source." + source + ".max-delay";
        return settings.text(key).isEmpty() ? SOURCE_MAX_DELAY : settings.duration(key);
    }

    private javax.sql.DataSource sourceDatabase(String source) {
        String key = "posel.source." + source + ".db.";
        if (settings.text(key + "url").isEmpty()) {
            return database.dataSource();
        }
        Database.Access access = new Database.Access(
                settings.text(key + "url"), settings.text(key + "user"), settings.text(key + "password"));
        try {
            HikariDataSource pool = Database.pool("posel-source-" + source, access, 2);
            toClose.add(pool);
            return pool;
        } catch (RuntimeException e) {
            throw new StartFailedException(
                    "no JDBC driver knows the address in " + key + "url (" + Settings.environmentName(key + "url")
                            + "); put the driver's jar into lib/",
                    e);
        }
    }

    /**
     * Starts, and returns when requests are taken. A database that does not answer yet is waited for in the background.
     *
     * @throws StartFailedException for anything that waiting does not mend
     */
    public void start() {
        RouteSet routes = RouteSet.of(settings.home());
        boolean migrated = tryToMigrate();
        configureCamel(routes);
        camel.addMainListener(new HttpServerStart(server));
        try {
            camel.start();
        } catch (Exception e) {
            throw new StartFailedException(StartFailure.explain(e, camel.getCamelContext()), e);
        }
        if (migrated) {
            startDeliveries();
        } else {
            timer.schedule(this::waitForDatabase, DATABASE_RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
        LOG.info(
                "Posel {} listens on {}:{}; routes from {}; database {}",
                Version.TEXT,
                settings.text("posel.http.host"),
                port(),
                routes.builtIn() ? "the jar" : routes.location(),
                database);
    }

    /**
     * Reads and builds the routes as {@link #start} does, and starts nothing: no port, no database, no schedule.
     *
     * @return where the routes came from
     * @throws StartFailedException for what a start would fail for
     */
    public String check() {
        RouteSet routes = RouteSet.of(settings.home());
        configureCamel(routes);
        camel.bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, new NoHttpServer());
        try {
            camel.init();
            CamelContext context = camel.getCamelContext();
            context.init();
            RouteSchedules.check(context);
        } catch (Exception e) {
            throw new StartFailedException(StartFailure.explain(e, camel.getCamelContext()), e);
        }
        return routes.builtIn() ? "the jar" : routes.location();
    }

    private boolean tryToMigrate() {
        try {
            database.migrate();
            webhooks.load();
            catalogue.load();
            return true;
        } catch (SQLException e) {
            LOG.warn(
                    "The database {} does not answer; Posel keeps trying and takes no events until it does: {}",
                    database,
                    e.getMessage());
            return false;
        } catch (Database.UnusableException e) {
            throw new StartFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    private void waitForDatabase() {
        try {
            database.migrate();
            webhooks.load();
            catalogue.load();
            startDeliveries();
            LOG.info("The database {} answers: Posel takes events", database);
        } catch (SQLException e) {
            LOG.warn("The database {} still does not answer: {}", database, e.getMessage());
            if (!stopped) {
                timer.schedule(this::waitForDatabase, DATABASE_RETRY.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (Database.UnusableException e) {
            LOG.error("Posel cannot go on: {}", e.getMessage());
        }
    }

    private void startDeliveries() {
        try {
            dispatcher.start();
        } catch (SQLException e) {
            throw new StartFailedException("the queue in " + database + " cannot be read: " + e.getMessage(), e);
        }
        storeReady = true;
        HeldEvents held = new HeldEvents(intake, camel.getCamelContext());
        timer.scheduleWithFixedDelay(held::release, 0, HELD_SCAN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void configureCamel(RouteSet routes) {
        RouteIds.check(routes);
        KeyedResequenceReifier.register();
        camel.configure()
                .withName("posel")
                .withAutoConfigurationLogSummary(false)
                .withAutoConfigurationEnabled(false)
                .withJmxEnabled(false)
                .withStreamCachingEnabled(false)
                .withUseMdcLogging(false);
        camel.configure().setRoutesIncludePattern(routes.pattern());
        camel.configure().setShutdownTimeout(2);
        camel.configure().setShutdownLogInflightExchangesOnTimeout(false);
        camel.configure().setStartupSummaryLevel(org.apache.camel.StartupSummaryLevel.Off);
        try {
            Set<String> packages = RouteSet.packages(settings.home());
            if (!packages.isEmpty()) {
                camel.configure().setBasePackageScan(String.join(",", packages));
                camel.configure().setBasePackageScanEnabled(true);
            }
        } catch (IOException e) {
            throw new StartFailedException(String.valueOf(e.getMessage()), e);
        }
        settings.all().forEach((key, value) -> {
            if (!key.endsWith("password") && !key.endsWith("token")) {
                camel.addInitialProperty(key, value);
            }
        });
        camel.addInitialProperty("posel.routes", routes.location());
        camel.addMainListener(new RouteLinks());
    }

    public int port() {
        return server.boundPort();
    }

    /** Stops taking events, finishes what is in flight, writes what is known. What is left stays queued. */
    @Override
    public void close() {
        LOG.info("Posel stops");
        stopped = true;
        timer.shutdown();
        Duration patience = settings.duration("posel.shutdown-timeout");
        dispatcher.stop(patience);
        try {
            camel.stop();
        } finally {
            intake.close();
            settlement.close();
            for (AutoCloseable each : toClose) {
                try {
                    each.close();
                } catch (Exception e) {
                    LOG.warn("{} does not close: {}", each, e.getMessage());
                }
            }
            database.close();
            LOG.info("Posel has stopped");
        }
    }

    private static void createDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new StartFailedException(
                    "the data directory " + directory + " cannot be created; set POSEL_DATA_DIR", e);
        }
    }

    private static ThreadPoolExecutor pool(String name, int threads, int waiting) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(waiting), daemon(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ScheduledThreadPoolExecutor timer(String name, int threads) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(threads, daemon(name));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    private static ThreadFactory daemon(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
