package io.posel.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * From the moment in which an event should have been sent to Posel until its webhook is received, at 500 events a second,
 * against a plain POST to the receiver at the same pace and the fsync of a file.
 */
final class Latency implements Intake.Part {
    private static final double PER_SECOND = 500;
    private static final int SECONDS = 20;
    private static final double TAIL_MILLIS = 30;

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public double seconds() {
        return 34;
    }

    @Override
    public void measure(Bench bench, PoselProcess posel, String webhookId, Rounds rounds) throws Exception {
        int count = Math.max(1_500, bench.scaled((int) PER_SECOND * SECONDS));
        List<Double> middle = new ArrayList<>();
        List<Double> tail = new ArrayList<>();
        List<Double> allowed = new ArrayList<>();
        while (rounds.next()) {
            double plain = plainMillis(bench, count);
            double fsync = fsyncMillis(bench.folder());
            Samples latency = poselMillis(bench, posel, count, "r" + rounds.round() + "-");
            allowed.add(plain + 2 * fsync + 2);
            middle.add(latency.median());
            tail.add(latency.at(0.99));
            bench.report()
                    .note(String.format(
                            "latency, round %d: plain POST p50 %.2f ms, fsync p50 %.2f ms; Posel p50 %.2f ms, p90 %.2f"
                                    + " ms, p99 %.2f ms, most %.2f ms",
                            rounds.round() + 1,
                            plain,
                            fsync,
                            latency.median(),
                            latency.at(0.9),
                            latency.at(0.99),
                            latency.greatest()));
        }
        bench.report()
                .add(new Figure(
                        "latency at 500/s, p50", "ms", middle, "POST + 2 fsync + 2 ms", allowed, Aim.atMost(1)));
        List<Double> limits = tail.stream().map(each -> TAIL_MILLIS).toList();
        bench.report().add(new Figure("latency at 500/s, p99", "ms", tail, "30 ms", limits, Aim.atMost(1)));
    }

    private static Samples poselMillis(Bench bench, PoselProcess posel, int count, String prefix) throws Exception {
        Arrivals arrivals = new Arrivals(prefix, count);
        bench.receiver().answer(arrivals);
        long goal = bench.receiver().received() + count;
        long[] intended = new long[count];
        new Load(posel.port(), "/events")
                .open(PER_SECOND, i -> Sample.event(prefix + i, String.valueOf(i % 10_000)), intended, new long[count]);
        bench.awaitReceived(goal);
        bench.receiver().answerAtOnce();
        return arrivals.millisSince(intended);
    }

    private static double plainMillis(Bench bench, int count) throws Exception {
        long[] intended = new long[count];
        long[] answered = new long[count];
        String body = Sample.rendered();
        new Load(bench.receiver().port(), "/plain").open(PER_SECOND, i -> body, intended, answered);
        return Arrivals.millis(intended, answered).median();
    }

    private static double fsyncMillis(Path folder) throws IOException {
        List<Double> millis = new ArrayList<>();
        try (FileChannel file =
                FileChannel.open(folder.resolve("fsync"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer page = ByteBuffer.allocate(8 * 1024);
            for (int i = 0; i < 300; i++) {
                long start = System.nanoTime();
                file.write(page.rewind());
                file.force(false);
                millis.add((System.nanoTime() - start) / 1e6);
            }
        }
        return Samples.of(millis).median();
    }
}
