package io.posel;

import com.fasterxml.uuid.Generators;
import io.posel.access.LoginLinks;
import io.posel.delivery.Dispatcher;
import io.posel.delivery.ErasureWatch;
import io.posel.delivery.HandOver;
import io.posel.delivery.Limits;
import io.posel.delivery.Outcome;
import io.posel.delivery.Pacing;
import io.posel.delivery.Queued;
import io.posel.delivery.RecentEvents;
import io.posel.delivery.Tally;
import io.posel.delivery.WebhookTally;
import io.posel.event.EventTypes;
import io.posel.route.SetAsideReaders;
import io.posel.source.SourceHealth;
import io.posel.store.AccessTokens;
import io.posel.store.Announcements;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import io.posel.store.Catalogue;
import io.posel.store.Database;
import io.posel.store.DeliveryQueue;
import io.posel.store.Erasure;
import io.posel.store.Fence;
import io.posel.store.Intake;
import io.posel.store.Maintenance;
import io.posel.store.OpenSessions;
import io.posel.store.Ownership;
import io.posel.store.RecordedStarts;
import io.posel.store.Settlement;
import io.posel.store.Transactions;
import io.posel.store.Vault;
import io.posel.store.Webhooks;
import io.posel.web.OwnerOnlyFile;
import io.posel.web.RefusedAccess;
import io.posel.webhook.Expiry;
import io.posel.webhook.WebhookIds;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts that store, move and settle deliveries, wired to each other. Knows nothing of routes. */
final class Core implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Core.class);
    /** Of the heap, what recent events may take. */
    private static final int RECENT_SHARE = 96;
    /** With less on the disk the embedded database soon refuses what is written. */
    private static final long LEAST_ROOM = 1 << 20;

    final Settings settings;
    final InstantSource clock;
    final Instant startedAt;
    final Tally tally;
    final WebhookTally webhookTally;
    final SourceHealth sourceHealth;
    /** Only wakes: nothing that may wait for the database. */
    final ScheduledThreadPoolExecutor timer = Threads.timer("posel-timer", 1);

    final ScheduledThreadPoolExecutor releaseTimer = Threads.timer("posel-release", 1);
    final Database database;
    private final Database.Access access;
    final Fence fence;
    final Ownership ownership;
    final Transactions transactions;
    final SecretKeys keys;
    final Vault vault;
    final DeliveryQueue queue;
    final Webhooks webhooks;
    final Catalogue catalogue;
    final AccessTokens tokens;
    final Audit audit;
    final OpenSessions sessions;
    final LoginLinks links;
    final Settlement settlement;
    final Announcements announcements;
    final Dispatcher dispatcher;
    final Intake intake;
    final ErasureWatch erasures;
    final Erasure erasure;
    final Maintenance maintenance;
    final RefusedAccess refusedAccess;
    final SetAsideReaders setAsideReaders = new SetAsideReaders();
    private volatile boolean isNew;
    private volatile boolean ready;
    private volatile boolean waiting;

    /**
     * Opens nothing but the connection pool, which connects when it is used.
     *
     * @param lost is called when another Posel has taken over the database
     */
    Core(Settings settings, InstantSource clock, Runnable lost) {
        this.settings = settings;
        this.clock = clock;
        this.startedAt = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        this.tally = new Tally(clock);
        this.webhookTally = new WebhookTally(clock);
        this.sourceHealth = new SourceHealth(clock);
        EventTypes eventTypes = CatalogueFiles.load(settings.home());
        this.access = access();
        this.database = new Database(access);
        this.fence = new Fence(database.dialect(), lost);
        this.ownership = new Ownership(
                access,
                database,
                fence,
                "posel " + ManagementFactory.getRuntimeMXBean().getName(),
                System::nanoTime,
                Threads.timer("posel-owner", 1),
                this::goesOn);
        this.queue = new DeliveryQueue(database.dataSource());
        SecureRandom random = new SecureRandom();
        this.keys = new SecretKeys(settings, random);
        this.vault = new Vault(keys, random);
        Expiry expiry = new Expiry(settings.duration("posel.expire-after"));
        this.webhooks = new Webhooks(
                database.dataSource(),
                vault,
                clock,
                new WebhookIds(random)::next,
                expiry,
                this::settlement,
                this::queueChanged);
        webhooks.keepAtMost(settings.number("posel.max-webhooks", 1, 1_000_000));
        HandOver handOver = new HandOver(this::queued);
        this.transactions = new Transactions(database.dataSource(), fence, handOver);
        this.settlement = new Settlement(transactions, expiry, webhooks::settled, this::settled, this::happened);
        this.announcements = new Announcements(database.dataSource(), settlement, webhooks, expiry, clock);
        this.catalogue = new Catalogue(database.dataSource(), settlement, eventTypes);
        this.tokens = new AccessTokens(database.dataSource(), settlement, clock, random);
        this.audit =
                new Audit(database.dataSource(), settlement, clock, Generators.timeBasedEpochGenerator()::generate);
        this.refusedAccess = new RefusedAccess(
                clock, () -> tally.count(Tally.Kind.REFUSED_ACCESS, 1), count -> ready && audit.note(entry(count)));
        this.sessions = new OpenSessions(database.dataSource(), settlement, audit, clock, random);
        this.links = new LoginLinks(() -> vault.key().derive(LoginLinks.PURPOSE), clock, random);
        long heap = Runtime.getRuntime().maxMemory();
        RecentEvents events = new RecentEvents(heap / RECENT_SHARE);
        int threads = settings.number("posel.delivery.threads", 1, 10_000);
        this.dispatcher = new Dispatcher(
                queue,
                new RecordedStarts(database.dataSource(), transactions),
                webhooks::find,
                Limits.of(settings.number("posel.delivery.concurrency", 1, 10_000), threads, heap, longestWait()),
                new Pacing(
                        settings.duration("posel.delivery.max-delay"),
                        settings.duration("posel.delivery.redelivery-delay"),
                        random::nextDouble),
                events,
                Threads.attempts("posel-delivery"),
                this::after,
                clock,
                settlement::waiting,
                ownership::isHeld);
        this.intake =
                new Intake(database.dataSource(), transactions, events, clock, Generators.timeBasedEpochGenerator());
        this.erasures = new ErasureWatch(queue, events);
        this.erasure = new Erasure(database.dataSource(), settlement, events, this::queueChanged, clock);
        this.maintenance = new Maintenance(
                webhooks,
                settlement,
                clock,
                settings.duration("posel.retention"),
                skipped -> tally.count(Tally.Kind.SKIPPED, skipped));
    }

    private Database.Access access() {
        if (!settings.text("posel.db.url").isEmpty()) {
            return new Database.Access(
                    settings.text("posel.db.url"), settings.text("posel.db.user"), settings.text("posel.db.password"));
        }
        return Database.Access.embedded(settings.path("posel.data-dir"));
    }

    private AuditEntry entry(RefusedAccess.Count refused) {
        return audit.entry(refused.from(), AuditEntry.Action.ACCESS_REFUSED)
                .about(refused.reasons())
                .counting((int) Math.min(refused.requests(), Integer.MAX_VALUE));
    }

    /** Before the last redelivery, or when a receiver asks for it. */
    private Duration longestWait() {
        Duration last = settings.duration("posel.delivery.redelivery-delay").multipliedBy((long) Math.pow(
                settings.number("posel.delivery.redelivery-factor", 1, 1_000),
                Math.max(0, settings.number("posel.delivery.redeliveries", 0, 100) - 1)));
        Duration asked = settings.duration("posel.delivery.max-delay");
        return last.compareTo(asked) > 0 ? last : asked;
    }

    private void after(Duration wait, Runnable action) {
        if (!timer.isShutdown()) {
            timer.schedule(action, wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Settlement settlement() {
        return settlement;
    }

    private void queueChanged(String webhookId) {
        dispatcher.changed(webhookId);
    }

    private void queued(Map<String, List<Queued>> deliveries) {
        dispatcher.queued(deliveries);
    }

    private void goesOn() {
        dispatcher.readAllAnew();
    }

    private void happened(Outcome outcome) {
        tally.happened(outcome);
        webhookTally.happened(outcome);
    }

    private void settled(List<Queued> deliveries) {
        dispatcher.settled(deliveries);
    }

    /**
     * Becomes the owner of the database, brings the tables up to date, finds the key of the secrets and reads what is
     * kept in memory.
     *
     * @return false if another Posel owns the database: try again soon
     * @throws SQLException if the database does not answer
     * @throws Database.UnusableException if waiting does not mend it
     */
    boolean open() throws SQLException {
        boolean opened = false;
        try {
            if (ownership.tryToGain()) {
                if (database.migrate()) {
                    isNew = true;
                }
                ownership.takeOver();
                vault.unlock(transactions);
                webhooks.load();
                catalogue.load();
                tokens.load();
                sessions.load();
                access.file().ifPresent(Core::restrict);
                opened = true;
            } else {
                if (!waiting) {
                    requireKey();
                }
                waiting = true;
            }
            return opened;
        } catch (SQLException e) {
            waiting = false;
            throw database.explain(e);
        } catch (RuntimeException e) {
            waiting = false;
            throw e;
        }
    }

    /** Made with the rights that the system gives, it could be read by every user of the machine. */
    private static void restrict(Path file) {
        try {
            OwnerOnlyFile.restrict(file);
        } catch (IOException e) {
            LOG.warn(
                    "The database file {} may be read by other users of this machine, and that cannot be changed: {}",
                    file,
                    e.toString());
        }
    }

    /** Who only waits finds out at the start that it could not take over. */
    private void requireKey() {
        try {
            vault.requireKey(database.dataSource());
        } catch (SQLException e) {
            LOG.debug("The owner has made no tables yet, or the database went away", e);
        }
    }

    /** Starts deliveries; after {@link #open}, and when there are routes to carry them out. */
    void start() throws SQLException {
        dispatcher.start();
        ready = true;
        waiting = false;
    }

    /** Whether the database answers, and was opened unless it is another's. */
    boolean isReady() {
        return (ready || waiting) && !database.isLost() && database.isReachable();
    }

    /** Whether the disk of an embedded database has room for more; of another one it is not known. */
    boolean hasRoom() {
        return access.file().map(Core::hasRoom).orElse(true);
    }

    private static boolean hasRoom(Path file) {
        try {
            return Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace() >= LEAST_ROOM;
        } catch (IOException e) {
            return true; // that the database answers is another check
        }
    }

    /** Asks the database, so that {@link #isAlive} knows of it. */
    void look() {
        if (ready || waiting) {
            database.isReachable();
        }
    }

    /**
     * Whether this process works, or may work again without a new start: what must run runs, and the database has
     * not turned away for good.
     */
    boolean isAlive() {
        return dispatcher.isAlive() && intake.isAlive() && settlement.isAlive() && !database.isLost();
    }

    /** Whether this process made the database's tables: it is the first of all that ever opened it. */
    boolean isNew() {
        return isNew;
    }

    /** Whether another Posel owns the database, so that this one does nothing yet. */
    boolean isWaiting() {
        return waiting;
    }

    /** Whether the store was opened, whether or not it answers now. */
    boolean isStarted() {
        return ready;
    }

    /** When tokens and sessions were last used; does not wait for the disk. */
    void saveUses() {
        tokens.saveUses();
        sessions.tidy();
    }

    /** Writes what has been handed in. */
    @Override
    public void close() {
        saveUses();
        refusedAccess.tellAll();
        intake.close();
        settlement.close();
        ownership.close();
        database.close();
    }
}
