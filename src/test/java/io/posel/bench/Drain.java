package io.posel.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A queue that is there already: one webhook per event, 10,000 entities, a template with seven variables. Posel and the
 * bare loop in turn, as many requests at once.
 */
final class Drain implements Scenario {
    private static final int THREADS = 64;

    private final boolean embedded;

    Drain(boolean embedded) {
        this.embedded = embedded;
    }

    @Override
    public String name() {
        return embedded ? "drain-h2" : "drain";
    }

    @Override
    public void measure(Bench bench) throws Exception {
        Store store = embedded ? bench.h2() : bench.postgres();
        String title = embedded ? "drain, H2" : "drain, PostgreSQL";
        int count = bench.scaled(200_000);
        List<Rate> bare = new ArrayList<>();
        List<Rate> posel = new ArrayList<>();
        List<Double> server = new ArrayList<>();
        Bench.Queued queued = bench.queued(store, bench.rounds(), count, Bench.ENTITIES, THREADS);
        try (PoselProcess process = bench.posel(store, Map.of())) {
            bench.drain(process, queued.warmUp(), bench.warmUp());
            for (String id : queued.ids()) {
                bare.add(bench.bare().run(count, THREADS));
                long before = store.cpu().toNanos();
                posel.add(bench.drain(process, id, count));
                server.add((store.cpu().toNanos() - before) / 1e3 / count);
            }
        }
        bench.report().addRates(title, "deliveries/s", posel, "bare loop", bare, "≥ 0.7");
        double over = Samples.of(posel.stream().map(Rate::cpuMicros).toList()).median();
        double under = Samples.of(bare.stream().map(Rate::cpuMicros).toList()).median();
        bench.report()
                .add(new Figure(
                        title + ", processor time",
                        "µs each",
                        over,
                        "bare loop",
                        under,
                        over / under,
                        over / under,
                        over / under,
                        "≤ 30 µs more"));
        if (store.isServer()) {
            bench.report()
                    .note(String.format(
                            "%s: PostgreSQL itself takes %.0f µs for each delivery",
                            title, Samples.of(server).median()));
        }
    }
}
