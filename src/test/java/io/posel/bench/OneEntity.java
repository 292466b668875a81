package io.posel.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All deliveries of one entity, which must go one after the other, against a loop that sends one after the other. */
final class OneEntity implements Scenario {
    @Override
    public String name() {
        return "one-entity";
    }

    @Override
    public void measure(Bench bench) throws Exception {
        Store store = bench.postgres();
        int count = bench.scaled(60_000);
        List<Rate> bare = new ArrayList<>();
        List<Rate> posel = new ArrayList<>();
        Bench.Queued queued = bench.queued(store, bench.rounds(), count, 1, 64);
        try (PoselProcess process = bench.posel(store, Map.of())) {
            bench.drain(process, queued.warmUp(), bench.warmUp());
            for (String id : queued.ids()) {
                bare.add(bench.bare().run(count, 1));
                posel.add(bench.drain(process, id, count));
            }
        }
        bench.report().addRates("one entity", "deliveries/s", posel, "sequential bare loop", bare, "≥ 0.8");
    }
}
