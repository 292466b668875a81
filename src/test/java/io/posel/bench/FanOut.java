package io.posel.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Each event goes to ten webhooks; counted are deliveries. */
final class FanOut implements Scenario {
    private static final int WEBHOOKS = 10;
    private static final int CONCURRENCY = 6;

    @Override
    public String name() {
        return "fan-out";
    }

    @Override
    public void measure(Bench bench) throws Exception {
        int events = bench.scaled(20_000);
        int count = events * WEBHOOKS;
        List<Rate> bare = new ArrayList<>();
        List<Rate> posel = new ArrayList<>();
        Store store = bench.postgres();
        List<String> ids = bench.define(store, 1 + bench.rounds() * WEBHOOKS, CONCURRENCY);
        String warmUp = ids.get(0);
        new Queue(store).fill(List.of(warmUp), bench.warmUp(), Bench.ENTITIES);
        List<List<String>> rounds = new ArrayList<>();
        for (int round = 0; round < bench.rounds(); round++) {
            List<String> ten = ids.subList(1 + round * WEBHOOKS, 1 + (round + 1) * WEBHOOKS);
            new Queue(store).fanOut(ten, events, Bench.ENTITIES);
            rounds.add(ten);
        }
        try (PoselProcess process = bench.posel(store, Map.of())) {
            bench.drain(process, warmUp, bench.warmUp());
            for (List<String> ten : rounds) {
                bare.add(bench.bare().run(count, WEBHOOKS * CONCURRENCY));
                posel.add(drain(bench, process, ten, count));
            }
        }
        bench.report().addRates("fan-out to 10, PostgreSQL", "deliveries/s", posel, "bare loop", bare, "≥ 0.7");
    }

    private static Rate drain(Bench bench, PoselProcess process, List<String> ids, int count) {
        long cpu = process.cpu().toNanos();
        long goal = bench.receiver().received() + count;
        long start = System.nanoTime();
        ids.forEach(id -> process.enable(id, true));
        bench.awaitReceived(goal);
        ids.forEach(process::awaitSettled);
        return new Rate(count, System.nanoTime() - start, process.cpu().toNanos() - cpu);
    }
}
