package io.posel;

import io.posel.access.LoginLinks;
import io.posel.access.Role;
import io.posel.delivery.DeliveryResolver;
import io.posel.event.EventReader;
import io.posel.route.HeldEvents;
import io.posel.route.KeyedResequenceReifier;
import io.posel.store.Database;
import io.posel.store.Ownership;
import io.posel.store.StoreUnavailableException;
import io.posel.web.AllowedHosts;
import io.posel.web.Door;
import io.posel.web.EdgeHeaders;
import io.posel.web.HealthReport;
import io.posel.web.HttpServerStart;
import io.posel.web.HttpSettings;
import io.posel.web.NoHttpServer;
import io.posel.web.Onlookers;
import io.posel.web.PoselHttpServer;
import io.posel.web.RateLimits;
import io.posel.web.SignInDesk;
import io.posel.web.Tokens;
import io.posel.web.WrongTokens;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running Posel: starts and stops its parts in order. */
public final class Application implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Application.class);
    private static final Duration DATABASE_RETRY = Duration.ofSeconds(2);
    private static final Duration USES = Duration.ofMinutes(1);
    private static final Duration TELL = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration HELD_SCAN = Duration.ofSeconds(5);
    private static final String FIRST_NAME = "administrator";
    private static final int CAMEL_SHUTDOWN_SECONDS = 2;

    private final Settings settings;
    private final Main camel = new Main();
    private final Core core;
    private final SourceBeans sources;
    private final WebhookFiles webhookFiles;
    private final PoselHttpServer server;
    private volatile boolean stopped;

    /** Builds all parts and names them for the route files; opens nothing but connection pools. */
    public Application(Settings settings, InstantSource clock) {
        settings.check();
        this.settings = settings;
        createDirectory(
                settings.path("posel.data-dir"), settings.text("posel.db.url").isEmpty());
        this.core = new Core(settings, clock, Application::end);
        this.server = server();
        Supplier<String> ids = () -> UUID.randomUUID().toString();
        EventReader reader = new EventReader(ids);
        ScheduledThreadPoolExecutor alarms = Threads.timer("posel-deadline", 1);
        DeliveryResolver resolver = DeliveryBeans.resolver(settings, server::boundPort);
        this.webhookFiles = WebhookFiles.of(core, resolver);
        this.sources = new SourceBeans(core, reader, alarms);
        new IntakeBeans(core, reader).bind(camel::bind);
        new DeliveryBeans(core, resolver, alarms).bind(camel::bind);
        new AdministrationBeans(core, resolver, EventReader.ofExamples(ids)).bind(camel::bind);
        sources.bind(camel::bind);
    }

    private PoselHttpServer server() {
        String host = settings.text("posel.http.host");
        Tokens tokens = Tokens.of(
                settings.text("posel.admin-token"),
                settings.text("posel.intake-token"),
                settings.path("posel.data-dir"),
                new SecureRandom(),
                core.tokens);
        RateLimits limits = new RateLimits(
                settings.number("posel.http.intake-rate-limit", 0, 1_000_000),
                settings.number("posel.http.rate-limit", 0, 1_000_000),
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        Door door = new Door(
                new AllowedHosts(host, new HashSet<>(settings.list("posel.http.allowed-hosts"))),
                tokens,
                new WrongTokens(10, 10_000, core.clock),
                limits,
                new SignInDesk(core.sessions, core.links, limits, core.clock),
                settings.bytes("posel.max-body"));
        return new PoselHttpServer(
                HttpSettings.of(
                        host,
                        settings.number("posel.http.port", 0, 65_535),
                        settings.bytes("posel.max-body"),
                        settings.number("posel.http.connections", 10, 100_000)),
                door,
                core.sessions,
                new EdgeHeaders(),
                () -> HealthReport.of(new HealthReport.Check("process", core.isAlive())),
                () -> readiness(
                        new HealthReport.Check("database", core.isReady()),
                        new HealthReport.Check("owner", !core.isWaiting()),
                        new HealthReport.Check("disk", core.hasRoom()),
                        webhookFiles.health()),
                () -> core.isWaiting()
                        ? Optional.of("Another Posel owns the database, and this one waits to take over. Nothing was"
                                + " done: ask the other one, or repeat it later.")
                        : Optional.empty(),
                Onlookers.of(core.refusedAccess, settings.flag("posel.http.access-log"), core.clock));
    }

    private HealthReport readiness(HealthReport.Check... checks) {
        List<HealthReport.Check> all = new ArrayList<>(List.of(checks));
        new TreeMap<>(core.sourceHealth.all())
                .forEach((name, source) -> all.add(HealthReport.Check.ofSource(
                        name, source.lastSuccess(), source.error() == null ? source.remark() : source.error())));
        return new HealthReport(all);
    }

    /**
     * Starts, and returns when requests are taken. A database that does not answer yet is waited for in the background.
     *
     * @throws StartFailedException for anything that waiting does not fix
     */
    public void start() {
        RouteSet routes = RouteSet.of(settings.home());
        boolean opened = tryToOpen();
        configureCamel(routes);
        camel.addMainListener(new HttpServerStart(server));
        try {
            camel.start();
        } catch (Exception e) {
            throw new StartFailedException(StartFailure.explain(e, camel.getCamelContext(), settings::place), e);
        }
        // not before: a start that fails says that, and nothing else
        settings.warnings().forEach(warning -> LOG.warn("{}", warning));
        OpenFiles.warning(settings).ifPresent(warning -> LOG.warn("{}", warning));
        core.timer.scheduleWithFixedDelay(
                core.refusedAccess::tell, TELL.toMillis(), TELL.toMillis(), TimeUnit.MILLISECONDS);
        if (opened) {
            tryToDeliver(true);
        } else {
            retryLater(core.isWaiting() ? Ownership.ROUND : DATABASE_RETRY);
        }
        LOG.info(
                "Posel {} listens on {}:{}; routes from {}; database {}",
                Version.TEXT,
                settings.text("posel.http.host"),
                port(),
                routes.builtIn() ? "the jar" : routes.location(),
                core.database);
    }

    /**
     * Reads and builds the routes and the webhooks in files as {@link #start} does, and starts nothing: no port, no
     * database, no schedule.
     *
     * @param warn told what will probably not work as meant, with file and line
     * @return where the routes came from
     * @throws StartFailedException for what a start would fail for
     */
    public String check(Consumer<String> warn) {
        RouteSet routes = RouteSet.of(settings.home());
        configureCamel(routes);
        camel.bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, new NoHttpServer());
        try {
            camel.init();
            CamelContext context = camel.getCamelContext();
            context.init();
            RouteSchedules.check(context);
        } catch (Exception e) {
            throw new StartFailedException(StartFailure.explain(e, camel.getCamelContext(), settings::place), e);
        }
        webhookFiles.check().forEach(warn);
        return routes.builtIn() ? "the jar" : routes.location();
    }

    /** Waits for nothing: a database that does not answer is asked again later. */
    private boolean tryToOpen() {
        try {
            return open();
        } catch (SQLException e) {
            LOG.warn(
                    "The database {} does not answer; Posel keeps trying and takes no events until it does: {}",
                    core.database,
                    e.getMessage());
            return false;
        } catch (Database.UnusableException e) {
            throw new StartFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    /** With the webhooks in files, or events would be taken for others than those that are defined. */
    private boolean open() throws SQLException {
        if (!core.open()) {
            return false;
        }
        try {
            webhookFiles.applyAtStart();
            return true;
        } catch (StoreUnavailableException e) {
            throw new SQLException(e.getMessage(), e);
        }
    }

    private void tryToDeliver(boolean opened) {
        try {
            if (!opened) {
                if (!open()) {
                    retryLater(Ownership.ROUND);
                    return;
                }
                LOG.info("The database {} is open: Posel takes events", core.database);
            }
            startDeliveries();
        } catch (SQLException e) {
            LOG.warn("The database {} does not answer, trying again: {}", core.database, e.getMessage());
            retryLater(DATABASE_RETRY);
        } catch (Database.UnusableException | StartFailedException e) {
            giveUp(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("Posel takes no events, trying again", e);
            retryLater(DATABASE_RETRY);
        }
    }

    /** What a start fails for ends it also when the database kept it waiting: nobody would look for it in the log. */
    private void giveUp(String reason) {
        if (!stopped) {
            LOG.error("Posel cannot start and ends: {}", reason);
            core.ownership.close(); // another one may do better
            end();
        }
    }

    /** Opens the settings page for an administrator, once and soon: for who has started this. */
    public String loginLink() {
        return LoginLinkCommand.address(settings, port()) + core.links.make(FIRST_NAME, Role.ADMIN);
    }

    private void retryLater(Duration delay) {
        if (!stopped) {
            core.releaseTimer.schedule(() -> tryToDeliver(false), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void startDeliveries() throws SQLException {
        core.start();
        webhookFiles.watch(settings.duration("posel.webhook-files.interval"));
        core.releaseTimer.scheduleWithFixedDelay(core::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        core.timer.scheduleWithFixedDelay(core::saveUses, USES.toMillis(), USES.toMillis(), TimeUnit.MILLISECONDS);
        if (!core.sessions.hasAnybodySignedIn()) {
            offerLink();
        }
        HeldEvents held = new HeldEvents(core.intake, camel.getCamelContext());
        core.releaseTimer.scheduleWithFixedDelay(held::release, 0, HELD_SCAN.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** More people read a log than may sign in, so it gets a link only once, when nobody can know another way in. */
    private void offerLink() {
        boolean wanted = settings.text("posel.login-link").equals("start");
        Optional<PrintWriter> terminal = wanted ? Console.terminal() : Optional.empty();
        if (terminal.isPresent()) {
            terminal.get().println(firstLink());
            terminal.get().flush();
        } else if (wanted && core.isNew()) {
            LOG.info("{}", firstLink());
        } else {
            LOG.info(
                    "Nobody has signed in yet. This makes a link: java -jar posel.jar login-link --name Jana --role admin");
        }
    }

    private String firstLink() {
        return "Nobody has signed in yet. This link does, once, within %d minutes: %s"
                .formatted(LoginLinks.LIFETIME.toMinutes(), loginLink());
    }

    private void configureCamel(RouteSet routes) {
        RouteIds.check(routes);
        KeyedResequenceReifier.register();
        camel.configure()
                .withName("posel")
                .withAutoConfigurationLogSummary(false)
                .withAutoConfigurationEnabled(false) // see SettingsFirst
                .withAutoConfigurationEnvironmentVariablesEnabled(false)
                .withAutoConfigurationSystemPropertiesEnabled(false)
                .withJmxEnabled(false)
                .withStreamCachingEnabled(false)
                .withUseMdcLogging(false);
        camel.configure().setShutdownTimeout(CAMEL_SHUTDOWN_SECONDS);
        camel.configure().setShutdownLogInflightExchangesOnTimeout(false);
        camel.configure().setStartupSummaryLevel(org.apache.camel.StartupSummaryLevel.Off);
        try {
            camel.configure().setRoutesIncludePattern(routes.pattern());
            Set<String> packages = RouteSet.packages(settings.home());
            if (!packages.isEmpty()) {
                camel.configure().setBasePackageScan(String.join(",", packages));
                camel.configure().setBasePackageScanEnabled(true);
            }
        } catch (IOException e) {
            throw new StartFailedException(String.valueOf(e.getMessage()), e);
        }
        Map<String, String> properties = new TreeMap<>(settings.properties());
        properties.put("posel.routes", routes.location());
        properties.forEach(camel::addInitialProperty);
        camel.addMainListener(new SettingsFirst(properties, new CamelKeys(settings.home())));
        camel.addMainListener(new RouteLinks());
    }

    public int port() {
        return server.boundPort();
    }

    /** What routes listen on, each a method and a path: {@code GET /api/webhooks/{id}}. */
    public Set<String> endpoints() {
        Set<String> endpoints = new TreeSet<>();
        for (Route route : camel.getCamelContext().getRoutes()) {
            if (route.getEndpoint() instanceof PlatformHttpEndpoint http) {
                String methods = http.getHttpMethodRestrict() == null ? "*" : http.getHttpMethodRestrict();
                for (String method : methods.split(",")) {
                    endpoints.add(method + " " + http.getPath());
                }
            }
        }
        return endpoints;
    }

    /** Stops taking events, finishes what is in flight, writes what is known. What is left stays queued. */
    @Override
    public void close() {
        LOG.info("Posel stops");
        stopped = true;
        webhookFiles.close();
        core.timer.shutdown();
        core.releaseTimer.shutdown();
        core.dispatcher.stop(settings.duration("posel.shutdown-timeout"));
        try {
            camel.stop();
        } finally {
            sources.close();
            core.close();
            LOG.info("Posel has stopped");
        }
    }

    /**
     * Another Posel writes and sends now. Whatever is on its way in this one would repeat what that one does, so all of
     * it ends here and at once; who starts it again gets one that waits.
     */
    private static void end() {
        Runtime.getRuntime().halt(1);
    }

    private static String whyNot(Path directory) {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return Files.isSymbolicLink(directory) ? ": it is a link to nothing" : ": it is a file";
        }
        Path parent = directory.toAbsolutePath().getParent();
        while (parent != null && Files.notExists(parent)) {
            parent = parent.getParent();
        }
        return parent == null || Files.isDirectory(parent) && Files.isWritable(parent)
                ? ""
                : ": " + parent + " is not a writable directory (permission denied, or mounted read-only)";
    }

    /**
     * For Posel's user alone, where the file system knows such a thing: secrets are in there. Need not be writable where
     * all of them are set and the database is elsewhere.
     */
    private static void createDirectory(Path directory, boolean holdsTheDatabase) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory);
                if (Files.getFileStore(directory).supportsFileAttributeView(PosixFileAttributeView.class)) {
                    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
                }
            }
        } catch (IOException e) {
            throw new StartFailedException(
                    "the data directory " + directory + " cannot be created" + whyNot(directory)
                            + "; set POSEL_DATA_DIR",
                    e);
        }
        if (holdsTheDatabase) {
            Database.requireWritable(directory);
        }
    }
}
