package io.posel.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What became of the deliveries of each webhook, by hour for a day, counted in memory as it happens. Safe for use by
 * several threads, and cheap enough for each delivery. A webhook takes about 300 bytes, and none after a day without any.
 *
 * <p>Not promised: anything from before {@link #since}, which is the start at the earliest; that what was counted is on
 * disk. What was skipped does not count.
 */
public final class WebhookTally {
    static final int HOURS = 24;

    private static final int DELIVERED = 0;
    private static final int DEAD = 1;
    private static final int KINDS = 2;

    private final InstantSource clock;
    private final Instant start;
    private final Map<String, Counts> counts = new ConcurrentHashMap<>();
    private volatile int swept;

    /**
     * @param delivered in each of the hours
     * @param dead in each of the hours
     */
    public record Day(String webhookId, List<Integer> delivered, List<Integer> dead) {}

    private record Traffic(String webhookId, int total) {}

    /**
     * @param since from when on everything is counted
     * @param hours their beginnings, oldest first, the present one too
     * @param more whether there are other webhooks than these
     */
    public record Report(Instant since, List<Instant> hours, List<Day> webhooks, boolean more) {}

    public WebhookTally(InstantSource clock) {
        this.clock = clock;
        this.start = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** What became of a delivery. */
    public void happened(Outcome outcome) {
        if (outcome instanceof Outcome.Delivered) {
            count(outcome.delivery().webhookId(), DELIVERED);
        } else if (outcome instanceof Outcome.Dead) {
            count(outcome.delivery().webhookId(), DEAD);
        }
    }

    private void count(String webhookId, int kind) {
        int hour = hour();
        if (hour != swept) {
            sweep(hour);
        }
        // nobody sweeps it away meanwhile
        counts.compute(webhookId, (id, known) -> {
            Counts mine = known == null ? new Counts(hour) : known;
            mine.add(hour, kind);
            return mine;
        });
    }

    private synchronized void sweep(int hour) {
        if (hour != swept) {
            swept = hour;
            counts.keySet().forEach(id -> counts.computeIfPresent(id, (same, each) -> each.isOver(hour) ? null : each));
        }
    }

    private int hour() {
        return Math.toIntExact(Math.floorDiv(clock.millis(), Duration.ofHours(1).toMillis()));
    }

    private static Instant instant(int hour) {
        return Instant.EPOCH.plus(Duration.ofHours(hour));
    }

    /** Those of these webhooks of which anything was delivered or died. */
    public Report of(Collection<String> webhookIds) {
        int hour = hour();
        return report(
                hour,
                webhookIds.stream()
                        .map(id -> day(id, hour))
                        .filter(Objects::nonNull)
                        .toList(),
                false);
    }

    /** Those of all webhooks, with the most deliveries first. */
    public Report busiest(int most) {
        int hour = hour();
        List<Traffic> all = counts.entrySet().stream()
                .map(each -> new Traffic(each.getKey(), each.getValue().total(hour)))
                .filter(each -> each.total > 0)
                .sorted(Comparator.comparingInt(Traffic::total).reversed().thenComparing(Traffic::webhookId))
                .limit(most + 1L)
                .toList();
        List<Day> first = all.stream()
                .limit(most)
                .map(each -> day(each.webhookId, hour))
                .filter(Objects::nonNull)
                .toList();
        return report(hour, first, all.size() > most);
    }

    private Report report(int hour, List<Day> days, boolean more) {
        Instant oldest = instant(hour - HOURS + 1);
        return new Report(
                oldest.isAfter(start) ? oldest : start,
                IntStream.rangeClosed(hour - HOURS + 1, hour)
                        .mapToObj(WebhookTally::instant)
                        .toList(),
                days,
                more);
    }

    /** Null if there was nothing. */
    private @Nullable Day day(String webhookId, int hour) {
        Counts mine = counts.get(webhookId);
        return mine == null || mine.total(hour) == 0
                ? null
                : new Day(webhookId, mine.of(DELIVERED, hour), mine.of(DEAD, hour));
    }

    int webhooks() {
        return counts.size();
    }

    /** Of one webhook. */
    private static final class Counts {
        private final int[] numbers = new int[HOURS * KINDS];
        private int last;

        Counts(int hour) {
            last = hour;
        }

        synchronized void add(int hour, int kind) {
            turn(hour);
            numbers[place(hour, kind)]++;
        }

        private void turn(int hour) {
            if (hour >= last + HOURS || hour <= last - HOURS) { // the latter if the clock was set back
                Arrays.fill(numbers, 0);
                last = hour;
            }
            while (last < hour) {
                last++;
                numbers[place(last, DELIVERED)] = 0;
                numbers[place(last, DEAD)] = 0;
            }
        }

        private static int place(int hour, int kind) {
            return Math.floorMod(hour, HOURS) * KINDS + kind;
        }

        synchronized List<Integer> of(int kind, int hour) {
            return IntStream.rangeClosed(hour - HOURS + 1, hour)
                    .mapToObj(each -> number(kind, each))
                    .toList();
        }

        private int number(int kind, int hour) {
            return hour > last || hour <= last - HOURS ? 0 : numbers[place(hour, kind)];
        }

        synchronized int total(int hour) {
            int total = 0;
            for (int each = hour - HOURS + 1; each <= hour; each++) {
                total += number(DELIVERED, each) + number(DEAD, each);
            }
            return total;
        }

        synchronized boolean isOver(int hour) {
            return last <= hour - HOURS;
        }
    }
}
