package io.posel.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** 10,000 webhooks against 10: each event matches one of them; and a queue that is spread over all of them. */
final class Definitions implements Scenario {
    private static final int CONCURRENCY = 32;

    @Override
    public String name() {
        return "definitions";
    }

    @Override
    public double seconds() {
        return 155;
    }

    @Override
    public void measure(Bench bench) throws Exception {
        ManyWebhooks few = ManyWebhooks.define(bench, 10, CONCURRENCY);
        ManyWebhooks many = ManyWebhooks.define(bench, 10_000, CONCURRENCY);
        matching(bench, few, many);
        behind(bench, few, many);
    }

    private static void matching(Bench bench, ManyWebhooks few, ManyWebhooks many) throws Exception {
        int count = bench.scaled(60_000);
        List<Rate> fewRates = new ArrayList<>();
        List<Rate> manyRates = new ArrayList<>();
        try (PoselProcess small = bench.posel(few.store(), Map.of());
                PoselProcess large = bench.posel(many.store(), Map.of())) {
            through(bench, small, few, "warm-", bench.warmUp() / 8);
            through(bench, large, many, "warm-", bench.warmUp() / 8);
            small.awaitQuiet();
            large.awaitQuiet();
            for (Rounds rounds = bench.rounds(0.4); rounds.next(); ) {
                String prefix = "round-" + rounds.round() + "-";
                fewRates.add(through(bench, small, few, prefix, count));
                manyRates.add(through(bench, large, many, prefix, count));
            }
        }
        add(bench, "10,000 webhooks, one match each", "events/s", manyRates, fewRates);
    }

    private static void behind(Bench bench, ManyWebhooks few, ManyWebhooks many) throws Exception {
        int count = bench.scaled(60_000);
        List<Rate> fewRates = new ArrayList<>();
        List<Rate> manyRates = new ArrayList<>();
        for (Rounds rounds = bench.rounds(1); rounds.next(); ) {
            fewRates.add(behind(bench, few, count));
            manyRates.add(behind(bench, many, count));
        }
        add(bench, "10,000 webhooks behind, from a cold start", "deliveries/s", manyRates, fewRates);
    }

    private static void add(Bench bench, String title, String unit, List<Rate> many, List<Rate> few)
            throws IOException {
        bench.report().add(Figure.ofRates(title, unit, many, "10 webhooks", few, Aim.atLeast(0.9)));
    }

    private static Rate through(Bench bench, PoselProcess posel, ManyWebhooks webhooks, String prefix, int count)
            throws Exception {
        long cpu = posel.cpu().toNanos();
        long goal = bench.receiver().received() + count;
        long start = System.nanoTime();
        new Load(posel.port(), "/events").closed(count, webhooks.events(prefix));
        bench.awaitReceived(goal);
        webhooks.awaitSettled();
        return new Rate(count, System.nanoTime() - start, posel.cpu().toNanos() - cpu);
    }

    /** From the first receipt to the last outcome on disk. */
    private static Rate behind(Bench bench, ManyWebhooks webhooks, int count) throws Exception {
        new Queue(webhooks.store()).spread(webhooks.ids(), count, 10_000);
        long goal = bench.receiver().received() + count;
        long first = bench.receiver().received() + 1;
        try (PoselProcess posel = bench.posel(webhooks.store(), Map.of())) {
            bench.awaitReceived(first);
            long start = System.nanoTime();
            bench.awaitReceived(goal);
            webhooks.awaitSettled();
            return new Rate(count, System.nanoTime() - start, posel.cpu().toNanos());
        }
    }
}
