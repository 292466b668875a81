package io.posel.bench;

import io.posel.testing.PoselClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** What the scenarios share: the receiver, the bare loop, databases, and the two ways to say how much is measured. */
final class Bench implements AutoCloseable {
    /** Customers that events are about, in turn. */
    static final int ENTITIES = 10_000;

    /** Of a process that is warmed up, each with time for its JIT after it. */
    static final int WARM_UPS = 6;

    /** Without anything received. */
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Path folder;
    private final Settings settings;
    private final Budget budget;
    private final Receiver receiver;
    private final Store.Server server;
    private final Bare bare;
    private final Report report;
    private int runs;

    /**
     * @param scale 1: queues as long as the aims name them
     * @param rounds how often each figure is taken, at most
     * @param warmUp requests that the JIT needs before figures stay the same
     * @param minutes for all of it
     * @param jvm of Posel and the bare loop
     */
    record Settings(double scale, int rounds, int warmUp, double minutes, Jvm jvm) {}

    Bench(Path folder, Settings settings) throws IOException, SQLException {
        this.budget = new Budget(settings.minutes * 60, settings.rounds, System::nanoTime);
        delete(folder);
        this.folder = Files.createDirectories(folder).toAbsolutePath();
        this.settings = settings;
        this.server = new Store.Server(this.folder);
        this.receiver = Receiver.start();
        this.report = new Report(
                this.folder,
                Machine.here(
                        Instant.now().truncatedTo(ChronoUnit.SECONDS),
                        this.folder,
                        settings.jvm,
                        server.version(),
                        settings.scale,
                        settings.rounds));
        this.bare = Bare.start(this.folder, settings.jvm, receiver, settings.warmUp);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    int scaled(int count) {
        return Math.max(100, (int) (count * settings.scale));
    }

    int warmUp() {
        return settings.warmUp;
    }

    /** For which queues are filled. */
    int mostRounds() {
        return settings.rounds;
    }

    Budget budget() {
        return budget;
    }

    /** @param share of the time that the scenario has left, 1 for its last part */
    Rounds rounds(double share) {
        return budget.rounds(share);
    }

    Receiver receiver() {
        return receiver;
    }

    Bare bare() {
        return bare;
    }

    Report report() {
        return report;
    }

    Path folder() {
        return folder;
    }

    Store postgres() throws SQLException {
        return server.database();
    }

    Store h2() {
        return Store.h2(folder.resolve("h2-" + runs++));
    }

    PoselProcess posel(Store store, Map<String, String> environment) throws IOException {
        return PoselProcess.start(
                settings.jvm, Files.createDirectories(folder.resolve("posel-" + runs++)), store, environment);
    }

    /** Defines webhooks that are switched off, one for each number of permits. Posel does not run when this returns. */
    List<String> define(Store store, List<Integer> permits) throws IOException {
        List<String> ids = new ArrayList<>();
        try (PoselProcess posel = posel(store, Map.of())) {
            PoselClient client = posel.client();
            for (int each : permits) {
                ids.add(client.createWebhook(Sample.webhook(receiver.url("/hook/#customer.id#"), false, each)));
            }
        }
        return ids;
    }

    /** Switches webhooks on and waits until their queues are received, and every outcome on disk. */
    Rate drain(PoselProcess posel, List<String> webhookIds, int count) {
        long cpu = posel.cpu().toNanos();
        long goal = receiver.received() + count;
        long start = System.nanoTime();
        webhookIds.forEach(id -> posel.enable(id, true));
        awaitReceived(goal);
        webhookIds.forEach(posel::awaitSettled);
        return new Rate(count, System.nanoTime() - start, posel.cpu().toNanos() - cpu);
    }

    /** Until nothing has been received for a while. */
    void quiet() {
        for (long last = -1; last != receiver.received(); ) {
            last = receiver.received();
            LockSupport.parkNanos(300_000_000);
        }
    }

    void awaitReceived(long goal) {
        long last = receiver.received();
        long end = System.nanoTime() + PATIENCE_NANOS;
        for (long now = last; now < goal; now = receiver.received()) {
            if (now != last) {
                last = now;
                end = System.nanoTime() + PATIENCE_NANOS;
            } else if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "only " + now + " of " + goal + " requests were received, and no more come");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() throws IOException {
        bare.close();
        receiver.close();
        server.close();
    }
}
