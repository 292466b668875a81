package io.posel.bench;

import io.posel.testing.PoselClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** What the scenarios share: the receiver, the bare loop, databases, and the two ways to say how much is measured. */
final class Bench implements AutoCloseable {
    /** Customers that events are about, in turn. */
    static final int ENTITIES = 10_000;

    private static final long PATIENCE_NANOS = 300_000_000_000L;

    private final Path folder;
    private final double scale;
    private final int rounds;
    private final int warmUp;
    private final Receiver receiver;
    private final Store.Server server;
    private final Bare bare;
    private final Report report;
    private int runs;

    /**
     * @param scale 1: queues as long as the aims name them
     * @param rounds how often each figure is taken
     * @param warmUp requests that the JIT needs before figures stay the same
     */
    Bench(Path folder, double scale, int rounds, int warmUp) throws IOException, SQLException {
        delete(folder);
        this.folder = Files.createDirectories(folder).toAbsolutePath();
        this.scale = scale;
        this.rounds = rounds;
        this.warmUp = warmUp;
        this.server = new Store.Server(this.folder);
        this.receiver = Receiver.start();
        this.report = new Report(
                this.folder.resolve("report.md"), Machine.describe(this.folder, server.version(), scale, rounds));
        this.bare = Bare.start(this.folder, receiver, warmUp);
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
        return Math.max(100, (int) (count * scale));
    }

    int warmUp() {
        return warmUp;
    }

    int rounds() {
        return rounds;
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

    PoselProcess posel(Store store, Map<String, String> settings) throws IOException {
        return PoselProcess.start(Files.createDirectories(folder.resolve("posel-" + runs++)), store, settings);
    }

    /** A webhook to warm up with, and those that are measured; all switched off, with their queues filled. */
    record Queued(String warmUp, List<String> ids) {}

    /** Posel does not run when this returns. */
    Queued queued(Store store, int webhooks, int each, int entities, int concurrency) throws IOException, SQLException {
        List<String> ids = define(store, webhooks + 1, concurrency);
        Queued queued = new Queued(ids.get(0), ids.subList(1, ids.size()));
        Queue queue = new Queue(store);
        queue.fill(List.of(queued.warmUp), warmUp, ENTITIES);
        queue.fill(queued.ids, each, entities);
        return queued;
    }

    /** Defines webhooks that are switched off. Posel does not run when this returns. */
    List<String> define(Store store, int webhooks, int concurrency) throws IOException {
        List<String> ids = new ArrayList<>();
        try (PoselProcess posel = posel(store, Map.of())) {
            PoselClient client = posel.client();
            for (int i = 0; i < webhooks; i++) {
                ids.add(client.createWebhook(Sample.webhook(receiver.url("/hook/#customer.id#"), false, concurrency)));
            }
        }
        return ids;
    }

    /** Switches a webhook on and waits until its queue is received, and every outcome on disk. */
    Rate drain(PoselProcess posel, String webhookId, int count) {
        long cpu = posel.cpu().toNanos();
        long goal = receiver.received() + count;
        long start = System.nanoTime();
        posel.enable(webhookId, true);
        awaitReceived(goal);
        posel.awaitSettled(webhookId);
        return new Rate(count, System.nanoTime() - start, posel.cpu().toNanos() - cpu);
    }

    /** Sends events in until the JIT has seen enough of intake and delivery; every one goes to this webhook alone. */
    void warmUp(PoselProcess posel, String webhookId) throws Exception {
        int count = warmUp / 4;
        long goal = receiver.received() + count;
        new Load(posel.port(), "/events").closed(count, i -> Sample.event("warm-" + i, String.valueOf(i % ENTITIES)));
        awaitReceived(goal);
        posel.awaitSettled(webhookId);
    }

    /** Until nothing has been received for a while. */
    void quiet() {
        for (long last = -1; last != receiver.received(); ) {
            last = receiver.received();
            LockSupport.parkNanos(300_000_000);
        }
    }

    void awaitReceived(long goal) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (receiver.received() < goal) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "only " + receiver.received() + " of " + goal + " requests were received in time");
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
