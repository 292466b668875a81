package io.posel.bench;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What begins with an event over HTTP and goes to one webhook, measured on one warmed Posel. */
final class Intake implements Scenario {
    private static final double SET_UP_SECONDS = 25;

    interface Part {
        /** As in {@code -Dbench.only}. */
        String name();

        /** That its rounds are thought to take. */
        double seconds();

        /** @param webhookId switched on, before and after, and gets all events */
        void measure(Bench bench, PoselProcess posel, String webhookId, Rounds rounds) throws Exception;
    }

    private final List<Part> parts;

    Intake(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    @Override
    public String name() {
        return parts.stream().map(Part::name).collect(Collectors.joining(", "));
    }

    @Override
    public double seconds() {
        return SET_UP_SECONDS + secondsFrom(0);
    }

    private double secondsFrom(int part) {
        return parts.stream().skip(part).mapToDouble(Part::seconds).sum();
    }

    @Override
    public void measure(Bench bench) throws Exception {
        try (PoselProcess posel = bench.posel(bench.postgres(), Map.of())) {
            String id =
                    posel.client().createWebhook(Sample.webhook(bench.receiver().url("/#event.id#"), true, 64));
            for (int i = 0; i < Bench.WARM_UPS; i++) {
                warmUp(bench, posel, id, "warm-" + i + "-", bench.warmUp() / 2 / Bench.WARM_UPS);
            }
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                part.measure(bench, posel, id, bench.rounds(part.seconds() / secondsFrom(i)));
            }
        }
    }

    /** An event costs Posel about as much as two deliveries. */
    private static void warmUp(Bench bench, PoselProcess posel, String webhookId, String prefix, int count)
            throws Exception {
        long goal = bench.receiver().received() + count;
        new Load(posel.port(), "/events")
                .closed(count, i -> Sample.event(prefix + i, String.valueOf(i % Bench.ENTITIES)));
        bench.awaitReceived(goal);
        posel.awaitSettled(webhookId);
        posel.awaitQuiet();
    }
}
