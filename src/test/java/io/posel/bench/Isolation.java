package io.posel.bench;

import java.util.Map;

/** 50 of 100 webhooks hang, at 70 % of what Posel manages when none does. */
final class Isolation implements Scenario {
    private static final int WEBHOOKS = 100;
    private static final int SECONDS = 40;

    @Override
    public String name() {
        return "isolation";
    }

    @Override
    public void measure(Bench bench) throws Exception {
        ManyWebhooks webhooks = ManyWebhooks.define(bench, WEBHOOKS, 32);
        try (PoselProcess posel = bench.posel(webhooks.store(), Map.of())) {
            capacity(bench, posel, webhooks, "warm-", bench.warmUp() / 4);
            double perSecond = 0.7 * capacity(bench, posel, webhooks, "capacity-", bench.scaled(100_000));
            int count = (int) (perSecond * Math.max(10, bench.scaled(100 * SECONDS) / 100));
            Healthy well = run(bench, posel, webhooks, "well-", count, perSecond, false);
            webhooks.awaitSettled();
            Healthy sick = run(bench, posel, webhooks, "sick-", count, perSecond, true);
            bench.receiver().answerAtOnce();
            add(bench, "isolation, 50 of 100 hang: rate of the others", "events/s", sick.rate, well.rate, "≥ 0.9");
            add(bench, "isolation, p99 of the others", "ms", sick.p99, well.p99, "≤ 1.2");
            bench.report().note(String.format("isolation: load %.0f events/s", perSecond));
        }
    }

    private record Healthy(double rate, double p99) {}

    private static void add(Bench bench, String title, String unit, double sick, double well, String aim)
            throws Exception {
        double ratio = sick / well;
        bench.report().add(new Figure(title, unit, sick, "none hangs", well, ratio, ratio, ratio, aim));
    }

    private static double capacity(Bench bench, PoselProcess posel, ManyWebhooks webhooks, String prefix, int count)
            throws Exception {
        long goal = bench.receiver().received() + count;
        long start = System.nanoTime();
        new Load(posel.port(), "/events").closed(count, webhooks.events(prefix));
        bench.awaitReceived(goal);
        return count * 1e9 / (System.nanoTime() - start);
    }

    /** Webhooks with an even number are those that hang, or would. */
    private static Healthy run(
            Bench bench,
            PoselProcess posel,
            ManyWebhooks webhooks,
            String prefix,
            int count,
            double perSecond,
            boolean hang)
            throws Exception {
        long[] intended = new long[count];
        long[] received = new long[count];
        bench.receiver().answer(target -> {
            String[] parts = target.split("/", 3);
            if (Integer.parseInt(parts[1]) % 2 == 0) {
                return hang ? Receiver.Script.NEVER : 0;
            }
            if (parts[2].startsWith(prefix)) {
                received[Integer.parseInt(parts[2].substring(prefix.length()))] = System.nanoTime();
            }
            return 0;
        });
        new Load(posel.port(), "/events").open(perSecond, webhooks.events(prefix), intended, new long[count]);
        long end = System.nanoTime();
        Samples inTime = Arrivals.millis(intended, received);
        return new Healthy(inTime.size() * 1e9 / (end - intended[0]), inTime.at(0.99));
    }
}
