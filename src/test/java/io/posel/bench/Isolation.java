package io.posel.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * 50 of 100 webhooks hang, at 70 % of what Posel manages when none does. In each round others hang, and are switched off
 * after it, so that nothing of a round is left in the next.
 */
final class Isolation implements Scenario {
    private static final int HALF = 50;
    private static final int SECONDS = 40;
    private static final int LEAST_SECONDS = 7;

    @Override
    public String name() {
        return "isolation";
    }

    @Override
    public double seconds() {
        return 110;
    }

    private record Healthy(double rate, double p99) {}

    @Override
    public void measure(Bench bench) throws Exception {
        ManyWebhooks webhooks = ManyWebhooks.define(bench, HALF * (1 + bench.mostRounds()), 32);
        List<Healthy> well = new ArrayList<>();
        List<Healthy> sick = new ArrayList<>();
        double perSecond;
        try (PoselProcess posel = bench.posel(webhooks.store(), Map.of())) {
            capacity(bench, posel, "warm-", bench.warmUp() / 4);
            posel.awaitQuiet();
            perSecond = 0.7 * capacity(bench, posel, "capacity-", bench.scaled(100_000));
            webhooks.awaitSettled();
            int count = (int) (perSecond * Math.max(LEAST_SECONDS, bench.scaled(100 * SECONDS) / 100));
            for (Rounds rounds = bench.rounds(1); rounds.next(); ) {
                int round = rounds.round();
                List<String> others = webhooks.ids().subList(HALF * (1 + round), HALF * (2 + round));
                well.add(run(bench, posel, "well-" + round + "-", round, count, perSecond, false));
                webhooks.awaitSettled(webhooks.ids().subList(0, HALF));
                webhooks.awaitSettled(others);
                sick.add(run(bench, posel, "sick-" + round + "-", round, count, perSecond, true));
                others.forEach(id -> posel.enable(id, false));
                bench.receiver().answerAtOnce();
                bench.quiet();
            }
        }
        add(
                bench.report(),
                "isolation, 50 of 100 hang: rate of the others",
                "events/s",
                sick.stream().map(Healthy::rate).toList(),
                well.stream().map(Healthy::rate).toList(),
                Aim.atLeast(0.9));
        add(
                bench.report(),
                "isolation, p99 of the others",
                "ms",
                sick.stream().map(Healthy::p99).toList(),
                well.stream().map(Healthy::p99).toList(),
                Aim.atMost(1.2));
        bench.report().note(String.format("isolation: load %.0f events/s", perSecond));
    }

    private static void add(Report report, String title, String unit, List<Double> sick, List<Double> well, Aim aim)
            throws IOException {
        report.add(new Figure(title, unit, sick, "none hangs", well, aim));
    }

    /** Those that stay well have the numbers 1 to 50, those of a round the 50 numbers after all before. */
    private static int number(int event, int round) {
        int which = event / 2 % HALF;
        return 1 + which + (event % 2 == 0 ? 0 : HALF * (1 + round));
    }

    private static double capacity(Bench bench, PoselProcess posel, String prefix, int count) throws Exception {
        long goal = bench.receiver().received() + count;
        long start = System.nanoTime();
        new Load(posel.port(), "/events").closed(count, ManyWebhooks.events(prefix, i -> number(i, 0)));
        bench.awaitReceived(goal);
        return count * 1e9 / (System.nanoTime() - start);
    }

    private static Healthy run(
            Bench bench, PoselProcess posel, String prefix, int round, int count, double perSecond, boolean hang)
            throws Exception {
        long[] intended = new long[count];
        long[] received = new long[count];
        bench.receiver().answer(target -> {
            String[] parts = target.split("/", 3);
            if (Integer.parseInt(parts[1]) > HALF) {
                return hang ? Receiver.Script.NEVER : 0;
            }
            if (parts[2].startsWith(prefix)) {
                received[Integer.parseInt(parts[2].substring(prefix.length()))] = System.nanoTime();
            }
            return 0;
        });
        new Load(posel.port(), "/events")
                .open(perSecond, ManyWebhooks.events(prefix, i -> number(i, round)), intended, new long[count]);
        long end = System.nanoTime();
        Samples inTime = Arrivals.millis(intended, received);
        return new Healthy(inTime.size() * 1e9 / (end - intended[0]), inTime.at(0.99));
    }
}
