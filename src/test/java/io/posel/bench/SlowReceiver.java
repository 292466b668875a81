package io.posel.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Answers after 100 ms: what counts is that all 256 permits are used all the time. */
final class SlowReceiver implements Scenario {
    private static final int CONCURRENCY = 256;
    private static final long WAIT_NANOS = 100_000_000;

    @Override
    public String name() {
        return "slow-receiver";
    }

    @Override
    public void measure(Bench bench) throws Exception {
        int count = bench.scaled(60_000);
        List<Rate> posel = new ArrayList<>();
        List<Rate> bare = new ArrayList<>();
        Store store = bench.postgres();
        Bench.Queued queued = bench.queued(store, bench.rounds(), count, 1_000, CONCURRENCY);
        try (PoselProcess process = bench.posel(store, Map.of())) {
            bench.drain(process, queued.warmUp(), bench.warmUp());
            bench.receiver().answer(target -> WAIT_NANOS);
            for (String id : queued.ids()) {
                bare.add(bench.bare().run(count, CONCURRENCY));
                posel.add(bench.drain(process, id, count));
            }
        } finally {
            bench.receiver().answerAtOnce();
        }
        List<Rate> ideal = bare.stream()
                .map(rate -> new Rate(count, count * WAIT_NANOS / CONCURRENCY, 1))
                .toList();
        String title = "slow receiver, 100 ms";
        bench.report().addRates(title, "deliveries/s", posel, "256 / 0.1 s", ideal, "≥ 0.9");
        bench.report().addRates(title, "deliveries/s", posel, "bare loop, 256 threads", bare, "");
    }
}
