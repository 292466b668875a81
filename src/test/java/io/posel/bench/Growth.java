package io.posel.bench;

import java.io.IOException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The same number of deliveries from a queue and from one that is a hundred times as long; neither is emptied. */
final class Growth implements Scenario {
    private static final int TIMES = 100;

    /** Deliveries that may be sent while the heap is looked at. */
    private static final int WHILE_LOOKING = 15_000;

    /** Deliveries that may be sent until a webhook is switched off. */
    private static final int SPARE = 1_000;

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public double seconds() {
        return 130;
    }

    @Override
    public void measure(Bench bench) throws Exception {
        int rounds = bench.mostRounds();
        int taken = bench.scaled(40_000);
        int shortQueue = bench.scaled(10_000) + taken + SPARE;
        Store store = bench.postgres();
        List<String> ids = bench.define(store, java.util.Collections.nCopies(2 + 3 * rounds, 64));
        List<String> looked = ids.subList(2, 2 + rounds);
        List<String> plain = ids.subList(2 + rounds, 2 + 2 * rounds);
        List<String> snapshot = ids.subList(2 + 2 * rounds, 2 + 3 * rounds);
        String large = ids.get(1);
        Queue queue = new Queue(store);
        int warmUp = bench.warmUp() / 4;
        queue.fill(ids.subList(0, 1), warmUp, Bench.ENTITIES);
        queue.fill(List.of(large), TIMES * shortQueue + rounds * WHILE_LOOKING, Bench.ENTITIES);
        queue.fill(looked, shortQueue + WHILE_LOOKING, Bench.ENTITIES);
        queue.fill(ids.subList(2 + rounds, ids.size()), shortQueue, Bench.ENTITIES);
        try (PoselProcess posel = bench.posel(store, Map.of())) {
            bench.drain(posel, ids.subList(0, 1), warmUp);
            posel.awaitQuiet();
            rates(bench, posel, plain, large, taken, 0.35, "growth, 100 times the queue");
            heaps(bench, posel, looked, large);
            try (Connection connection = store.connect();
                    var statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                statement.execute("select last from place");
                rates(bench, posel, snapshot, large, taken, 1, "growth, and an old snapshot held open");
                connection.rollback();
            }
        }
    }

    private static void rates(
            Bench bench, PoselProcess posel, List<String> small, String large, int taken, double share, String title)
            throws IOException {
        List<Rate> few = new ArrayList<>();
        List<Rate> many = new ArrayList<>();
        for (Rounds rounds = bench.rounds(share); rounds.next(); ) {
            few.add(part(bench, posel, small.get(rounds.round()), taken));
            many.add(part(bench, posel, large, taken));
        }
        bench.report().add(Figure.ofRates(title, "deliveries/s", many, "short queue", few, Aim.atLeast(0.9)));
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

    private static void heaps(Bench bench, PoselProcess posel, List<String> small, String large) throws Exception {
        List<Double> few = new ArrayList<>();
        List<Double> many = new ArrayList<>();
        for (Rounds rounds = bench.rounds(0.5); rounds.next(); ) {
            few.add(heap(bench, posel, small.get(rounds.round())));
            many.add(heap(bench, posel, large));
        }
        bench.report().add(new Figure("growth, heap after GC", "MB", many, "short queue", few, Aim.atMost(1.1)));
    }

    /** While this queue is on its way. */
    private static double heap(Bench bench, PoselProcess posel, String webhookId) throws Exception {
        long goal = bench.receiver().received() + 100;
        posel.enable(webhookId, true);
        bench.awaitReceived(goal);
        double heap = posel.heapAfterGc();
        posel.enable(webhookId, false);
        bench.quiet();
        return heap;
    }
}
