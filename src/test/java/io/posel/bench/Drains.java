package io.posel.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Queues that one warmed Posel drains one after the other. All are written before it starts, each for webhooks that are
 * switched off until it is their turn.
 */
final class Drains implements Scenario {
    private static final double SET_UP_SECONDS = 80;
    private static final double SET_UP_SECONDS_EMBEDDED = 130;

    /** Few, so that the JIT gets its share of the processors. */
    private static final int WARM_UP_PERMITS = 16;

    private final boolean embedded;
    private final List<Drain> parts;

    Drains(boolean embedded, List<Drain> parts) {
        this.embedded = embedded;
        this.parts = List.copyOf(parts);
    }

    @Override
    public String name() {
        return parts.stream().map(Drain::name).collect(Collectors.joining(", "));
    }

    @Override
    public double seconds() {
        return (embedded ? SET_UP_SECONDS_EMBEDDED : SET_UP_SECONDS) + secondsFrom(0);
    }

    private double secondsFrom(int part) {
        return parts.stream().skip(part).mapToDouble(Drain::seconds).sum();
    }

    @Override
    public void measure(Bench bench) throws Exception {
        Store store = embedded ? bench.h2() : bench.postgres();
        List<Integer> permits = new ArrayList<>(Collections.nCopies(Bench.WARM_UPS, WARM_UP_PERMITS));
        parts.forEach(part -> {
            for (int i = 0; i < part.webhooks() * bench.mostRounds(); i++) {
                permits.add(part.permits());
            }
        });
        List<String> ids = bench.define(store, permits);
        int warmUp = 2 * bench.warmUp() / Bench.WARM_UPS;
        // few events for many deliveries: H2 takes long to be filled
        new Queue(store).fanOut(ids.subList(0, Bench.WARM_UPS), warmUp, Bench.ENTITIES);
        List<List<String>> idsOfParts = new ArrayList<>();
        int next = Bench.WARM_UPS;
        for (Drain part : parts) {
            List<String> own = ids.subList(next, next + part.webhooks() * bench.mostRounds());
            part.fill(bench, store, own);
            idsOfParts.add(own);
            next += own.size();
        }
        try (PoselProcess posel = bench.posel(store, Map.of())) {
            for (String id : ids.subList(0, Bench.WARM_UPS)) {
                bench.drain(posel, List.of(id), warmUp);
                posel.awaitQuiet();
            }
            for (int i = 0; i < parts.size(); i++) {
                Drain part = parts.get(i);
                Rounds rounds = bench.rounds(part.seconds() / secondsFrom(i));
                part.measure(bench, posel, store, idsOfParts.get(i), rounds);
            }
        }
    }
}
