package io.posel.bench;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A queue that is there already, drained by Posel and by the bare loop in turn, with as many requests at once.
 *
 * @param name as in {@code -Dbench.only}
 * @param webhooks that each event goes to
 * @param events in the queue, at scale 1
 * @param entities that events are about, in turn
 * @param permits of each webhook
 * @param threads of the bare loop
 * @param answerNanos after which the receiver answers
 * @param seconds that its rounds are thought to take
 */
record Drain(
        String name,
        String title,
        int webhooks,
        int events,
        int entities,
        int permits,
        int threads,
        long answerNanos,
        Aim aim,
        double seconds) {
    static final Drain PLAIN =
            new Drain("drain", "drain, PostgreSQL", 1, 200_000, Bench.ENTITIES, 64, 64, 0, Aim.atLeast(0.7), 32);
    static final Drain EMBEDDED =
            new Drain("drain-h2", "drain, H2", 1, 200_000, Bench.ENTITIES, 64, 64, 0, Aim.atLeast(0.7), 32);
    static final Drain ONE_ENTITY = new Drain("one-entity", "one entity", 1, 60_000, 1, 64, 1, 0, Aim.atLeast(0.8), 16);
    static final Drain FAN_OUT =
            new Drain("fan-out", "fan-out to 10", 10, 20_000, Bench.ENTITIES, 6, 60, 0, Aim.atLeast(0.7), 32);
    static final Drain SLOW_RECEIVER = new Drain(
            "slow-receiver", "slow receiver, 100 ms", 1, 120_000, 1_000, 256, 256, 100_000_000, Aim.atLeast(0.9), 50);

    /** @param ids of the webhooks of all rounds */
    void fill(Bench bench, Store store, List<String> ids) throws SQLException {
        Queue queue = new Queue(store);
        if (webhooks == 1) {
            queue.fill(ids, bench.scaled(events), entities);
            return;
        }
        for (int first = 0; first < ids.size(); first += webhooks) {
            queue.fanOut(ids.subList(first, first + webhooks), bench.scaled(events), entities);
        }
    }

    /** @param posel warm */
    void measure(Bench bench, PoselProcess posel, Store store, List<String> ids, Rounds rounds) throws Exception {
        int count = bench.scaled(events) * webhooks;
        List<Rate> bareRates = new ArrayList<>();
        List<Rate> poselRates = new ArrayList<>();
        List<Double> server = new ArrayList<>();
        if (answerNanos > 0) {
            bench.receiver().answer(target -> answerNanos);
        }
        while (rounds.next()) {
            int first = rounds.round() * webhooks;
            bareRates.add(bench.bare().run(count, threads));
            long before = store.cpu().toNanos();
            poselRates.add(bench.drain(posel, ids.subList(first, first + webhooks), count));
            server.add((store.cpu().toNanos() - before) / 1e3 / count);
        }
        bench.receiver().answerAtOnce();
        report(bench.report(), poselRates, bareRates);
        bench.report().note(String.format("%s: %s", title, times(poselRates, bareRates, server)));
    }

    private void report(Report report, List<Rate> posel, List<Rate> bare) throws Exception {
        String unit = "deliveries/s";
        String bareName = "bare loop, " + threads + (threads == 1 ? " thread" : " threads");
        if (answerNanos == 0) {
            report.add(Figure.ofRates(title, unit, posel, bareName, bare, aim));
        } else {
            double ideal = threads * 1e9 / answerNanos;
            List<Double> ideals = bare.stream().map(rate -> ideal).toList();
            List<Double> rates = posel.stream().map(Rate::perSecond).toList();
            report.add(new Figure(title, unit, rates, "permits / 100 ms", ideals, aim));
            report.add(Figure.ofRates(title, unit, posel, bareName, bare, Aim.NONE));
        }
        if (entities == Bench.ENTITIES && webhooks == 1) {
            report.add(new Figure(
                    title + ", processor time", "µs", micros(posel), bareName, micros(bare), Aim.atMostMore(30)));
        }
    }

    private static List<Double> micros(List<Rate> rates) {
        return rates.stream().map(Rate::cpuMicros).toList();
    }

    private static String times(List<Rate> posel, List<Rate> bare, List<Double> server) {
        return String.format(
                "processor time of each: Posel %.0f µs, PostgreSQL %.0f µs, bare loop %.0f µs",
                Samples.of(micros(posel)).median(),
                Samples.of(server).median(),
                Samples.of(micros(bare)).median());
    }
}
