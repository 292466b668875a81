package io.posel.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What happened lately, counted in memory as it happens: by minute for a day, and how long it took for an hour. Safe for
 * use by several threads, and cheap enough for each delivery.
 *
 * <p>Not promised: anything from before {@link #since}, which is the start at the earliest; that what was counted is on
 * disk; that the minute at the very turn of a day or hour is exact.
 */
public final class Tally {
    private static final int DAY = 24 * 60;
    private static final int HOUR = 60;

    /** What is counted. */
    public enum Kind {
        ACCEPTED("accepted"),
        DUPLICATE("duplicates"),
        CONFLICT("conflicts"),
        DELIVERED("delivered"),
        FAILED_ATTEMPT("failedAttempts"),
        DEAD("dead"),
        SKIPPED("skipped"),
        /** Requests from whom was not let in. */
        REFUSED_ACCESS("refusedAccess");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        /** The name in JSON. */
        public String code() {
            return code;
        }
    }

    private static final int KINDS = Kind.values().length;

    /** @param at its beginning */
    public record Minute(Instant at, Map<Kind, Long> counts) {}

    private final InstantSource clock;
    private final Instant start;
    private final AtomicLongArray minutes = new AtomicLongArray(DAY);
    private final AtomicLongArray counts = new AtomicLongArray(DAY * KINDS);
    private final Durations requests = new Durations(HOUR);
    private final Durations latencies = new Durations(HOUR);

    public Tally(InstantSource clock) {
        this.clock = clock;
        this.start = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    public void count(Kind kind, long more) {
        if (more > 0) {
            counts.addAndGet(place(minute()) + kind.ordinal(), more);
        }
    }

    /** What became of an attempt or a delivery. */
    public void happened(Outcome outcome) {
        if (outcome instanceof Outcome.AttemptFailed) {
            count(Kind.FAILED_ATTEMPT, 1);
        } else if (outcome instanceof Outcome.Dead dead) {
            count(Kind.FAILED_ATTEMPT, dead.last() == null ? 0 : 1);
            count(Kind.DEAD, 1);
        } else if (outcome instanceof Outcome.Skipped) {
            count(Kind.SKIPPED, 1);
        } else if (outcome instanceof Outcome.Delivered delivered) {
            count(Kind.DELIVERED, 1);
            requests.add(minute(), delivered.durationMs());
            UUID id = delivered.delivery().id();
            if (delivered.delivery().run() == 1 && id.version() == 7) { // made at acceptance (RFC 9562, 5.7)
                latencies.add(minute(), delivered.at().toEpochMilli() - (id.getMostSignificantBits() >>> 16));
            }
        }
    }

    private long minute() {
        return Math.floorDiv(clock.millis(), Duration.ofMinutes(1).toMillis());
    }

    /** Where its counts begin. */
    private int place(long minute) {
        int slot = (int) Math.floorMod(minute, (long) DAY);
        if (minutes.get(slot) != minute) {
            begin(slot, minute);
        }
        return slot * KINDS;
    }

    private synchronized void begin(int slot, long minute) {
        if (minutes.get(slot) != minute) {
            for (int i = 0; i < KINDS; i++) {
                counts.set(slot * KINDS + i, 0);
            }
            minutes.set(slot, minute);
        }
    }

    /** From when on everything is counted. */
    public Instant since() {
        Instant oldest = Instant.ofEpochSecond((minute() - DAY + 1) * 60);
        return oldest.isAfter(start) ? oldest : start;
    }

    /** Since then, in all. */
    public Map<Kind, Long> all() {
        Map<Kind, Long> sums = new EnumMap<>(Kind.class);
        long now = minute();
        for (long minute = now - DAY + 1; minute <= now; minute++) {
            counts(minute).forEach((kind, count) -> sums.merge(kind, count, Long::sum));
        }
        return sums;
    }

    /** The last hour, oldest first, the present minute too. */
    public List<Minute> lastHour() {
        List<Minute> hour = new ArrayList<>(HOUR);
        long now = minute();
        for (long minute = now - HOUR + 1; minute <= now; minute++) {
            hour.add(new Minute(Instant.ofEpochSecond(minute * 60), counts(minute)));
        }
        return hour;
    }

    private Map<Kind, Long> counts(long minute) {
        Map<Kind, Long> found = new EnumMap<>(Kind.class);
        int slot = (int) Math.floorMod(minute, (long) DAY);
        boolean there = minutes.get(slot) == minute;
        for (Kind kind : Kind.values()) {
            found.put(kind, there ? counts.get(slot * KINDS + kind.ordinal()) : 0);
        }
        return found;
    }

    /** Of the requests that were answered 2xx in the last hour. */
    public Durations.Percentiles requestMillis() {
        return requests.percentiles(minute());
    }

    /** From acceptance to the receiver's answer, of what was delivered in the last hour; replays do not count. */
    public Durations.Percentiles latencyMillis() {
        return latencies.percentiles(minute());
    }
}
