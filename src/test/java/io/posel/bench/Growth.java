package io.posel.bench;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The same number of deliveries from a queue of a million and from one of ten thousand, which neither empties. */
final class Growth implements Scenario {
    @Override
    public String name() {
        return "growth";
    }

    @Override
    public void measure(Bench bench) throws Exception {
        int taken = bench.scaled(100_000);
        int runs = 2 * bench.rounds();
        Store store = bench.postgres();
        Bench.Queued queued = bench.queued(store, 2, 10_000 + runs * (taken + 1_000), Bench.ENTITIES, 64);
        String small = queued.ids().get(0);
        String large = queued.ids().get(1);
        new Queue(store).fill(List.of(large), bench.scaled(990_000), Bench.ENTITIES);
        try (PoselProcess posel = bench.posel(store, Map.of())) {
            bench.drain(posel, queued.warmUp(), bench.warmUp());
            rounds(bench, posel, small, large, taken, "growth, 100 times the queue");
            double before = posel.heapAfterGc();
            posel.enable(large, true);
            bench.awaitReceived(bench.receiver().received() + taken / 10);
            double during = posel.heapAfterGc();
            posel.enable(large, false);
            bench.quiet();
            bench.report()
                    .add(new Figure(
                            "growth, heap after GC",
                            "MB",
                            during,
                            "idle",
                            before,
                            during / before,
                            during / before,
                            during / before,
                            "≤ 1.1"));
            try (Connection snapshot = store.connect();
                    var statement = snapshot.createStatement()) {
                snapshot.setAutoCommit(false);
                snapshot.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                statement.execute("select last from place");
                rounds(bench, posel, small, large, taken, "growth, and an old snapshot held open");
                snapshot.rollback();
            }
        }
    }

    private static void rounds(Bench bench, PoselProcess posel, String small, String large, int taken, String title)
            throws Exception {
        List<Rate> few = new ArrayList<>();
        List<Rate> many = new ArrayList<>();
        for (int round = 0; round < bench.rounds(); round++) {
            few.add(part(bench, posel, small, taken));
            many.add(part(bench, posel, large, taken));
        }
        bench.report().addRates(title, "deliveries/s", many, "short queue", few, "≥ 0.9");
    }

    private static Rate part(Bench bench, PoselProcess posel, String webhookId, int count) {
        long cpu = posel.cpu().toNanos();
        long goal = bench.receiver().received() + count;
        long start = System.nanoTime();
        posel.enable(webhookId, true);
        bench.awaitReceived(goal);
        Rate rate = new Rate(count, System.nanoTime() - start, posel.cpu().toNanos() - cpu);
        posel.enable(webhookId, false);
        bench.quiet();
        return rate;
    }
}
