package io.posel.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * From HTTP intake over 64 connections to receipt. What can be hoped for on one machine is the sum of two times: taking
 * in alone (the webhook is off, so each event is stored with a skipped delivery) and sending alone (the bare loop).
 */
final class Through implements Intake.Part {
    private static final int CONNECTIONS = 64;

    private final int batch;

    /** @param batch events in one request */
    Through(int batch) {
        this.batch = batch;
    }

    @Override
    public String name() {
        return batch == 1 ? "through" : "through-" + batch;
    }

    @Override
    public double seconds() {
        return batch == 1 ? 66 : 32;
    }

    @Override
    public void measure(Bench bench, PoselProcess posel, String webhookId, Rounds rounds) throws Exception {
        int count = Math.max(batch, bench.scaled(100_000) / batch * batch);
        List<Rate> hoped = new ArrayList<>();
        List<Rate> through = new ArrayList<>();
        List<Double> intakes = new ArrayList<>();
        while (rounds.next()) {
            long send = bench.bare().run(count, CONNECTIONS).nanos();
            posel.enable(webhookId, false);
            long intake = take(posel, name() + "-alone-" + rounds.round() + "-", count);
            posel.enable(webhookId, true);
            intakes.add(count * 1e9 / intake);
            hoped.add(new Rate(count, intake + send, 1));

            long cpu = posel.cpu().toNanos();
            long goal = bench.receiver().received() + count;
            long start = System.nanoTime();
            take(posel, name() + "-" + rounds.round() + "-", count);
            bench.awaitReceived(goal);
            posel.awaitSettled(webhookId);
            through.add(new Rate(count, System.nanoTime() - start, posel.cpu().toNanos() - cpu));
        }
        String title = "through, " + (batch == 1 ? "1 event" : batch + " events") + " a request";
        bench.report()
                .add(Figure.ofRates(title, "events/s", through, "1/(1/intake + 1/send)", hoped, Aim.atLeast(0.8)));
        bench.report()
                .note(String.format(
                        "%s: Posel's intake alone takes %,.0f events/s; through takes %.0f µs of Posel's processor time each",
                        title,
                        Samples.of(intakes).median(),
                        Samples.of(through.stream().map(Rate::cpuMicros).toList())
                                .median()));
    }

    private long take(PoselProcess posel, String prefix, int count) throws Exception {
        IntFunction<String> body = batch == 1
                ? i -> event(prefix, i)
                : i -> {
                    StringBuilder array = new StringBuilder("[");
                    for (int j = 0; j < batch; j++) {
                        array.append(j == 0 ? "" : ",").append(event(prefix, i * batch + j));
                    }
                    return array.append(']').toString();
                };
        long start = System.nanoTime();
        new Load(posel.port(), "/events").closed(count / batch, body);
        return System.nanoTime() - start;
    }

    private static String event(String prefix, int i) {
        return Sample.event(prefix + i, String.valueOf(i % 10_000));
    }
}
