package io.posel.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of requests that were refused for who sends them: of wrong tokens, sessions, login links, roles, hosts and origins.
 * The first one of an address is told at once, all that come within a minute by one line at its end; the audit trail gets a
 * count a minute of all addresses together. Of IPv6 a /64 is one address.
 *
 * <p>Remembers the addresses of a minute, and of those beyond {@value #MOST} only how many requests they sent. Safe for use
 * by several threads, and cheap for each request.
 */
public final class RefusedAccess {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedAccess.class);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    static final int MOST = 1_000;
    private static final String OTHERS = "other addresses";

    private final InstantSource clock;
    private final Runnable counter;
    private final Predicate<Count> trail;
    private final Map<String, Minute> minutes = new LinkedHashMap<>();
    private Map<String, Long> unwritten = new TreeMap<>();
    private Set<String> from = new HashSet<>();
    private Instant written;

    /** Of one address. */
    private static final class Minute {
        private final Instant since;
        private final Map<String, Long> codes = new TreeMap<>();
        /** Of the requests, how many had a line of their own. */
        private final int told;

        Minute(Instant since, int told) {
            this.since = since;
            this.told = told;
        }

        long all() {
            return codes.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * How many requests were refused.
     *
     * @param from the address, or how many there were
     * @param reasons the codes with which they were answered, each with its number
     */
    public record Count(String from, String reasons, long requests) {}

    /**
     * @param counter is told each request
     * @param trail takes a count at most once a minute, and at the end; false if it cannot be written yet
     */
    public RefusedAccess(InstantSource clock, Runnable counter, Predicate<Count> trail) {
        this.clock = clock;
        this.counter = counter;
        this.trail = trail;
        this.written = clock.instant();
    }

    /** Counts a refusal if it has to do with who sends the request. */
    void count(String address, Verdict.Refusal refusal) {
        boolean ofAccess =
                switch (refusal.status()) {
                    case 401, 403, 410, 421 -> true;
                    default -> refusal.code().equals(Refusals.TOO_MANY_WRONG);
                };
        if (ofAccess) {
            count(address, refusal.code());
        }
    }

    /** @param code with which the request was answered */
    public void count(String address, String code) {
        counter.run();
        String network = RemoteNetwork.of(address);
        boolean first;
        synchronized (this) {
            if (minutes.size() >= MOST && !minutes.containsKey(network)) {
                network = OTHERS;
            }
            first = !minutes.containsKey(network);
            minutes.computeIfAbsent(network, key -> new Minute(clock.instant(), 1))
                    .codes
                    .merge(code, 1L, Long::sum);
            unwritten.merge(code, 1L, Long::sum);
            from.add(network);
        }
        if (first) {
            LOG.warn("Refused {}", line(network, code));
        }
    }

    private static String line(String network, String code) {
        return "a request from " + network + ": " + code;
    }

    /** Tells what has been counted for a minute; to be called more often than that. */
    public void tell() {
        Instant now = clock.instant();
        // and what the clock says is still to come: it was set back
        tell(since -> since.isAfter(now) || !since.plus(MINUTE).isAfter(now));
    }

    /** Tells all that has been counted. */
    public void tellAll() {
        tell(since -> true);
    }

    private void tell(Predicate<Instant> isDue) {
        List<String> lines = new ArrayList<>();
        synchronized (this) {
            Map<String, Minute> next = new LinkedHashMap<>();
            Iterator<Map.Entry<String, Minute>> all = minutes.entrySet().iterator();
            while (all.hasNext()) {
                Map.Entry<String, Minute> each = all.next();
                Minute minute = each.getValue();
                if (!isDue.test(minute.since)) {
                    continue;
                }
                all.remove();
                if (minute.all() > minute.told) {
                    lines.add(
                            minute.all() == 1
                                    ? line(
                                            each.getKey(),
                                            minute.codes.keySet().iterator().next())
                                    : "%d requests from %s within a minute: %s"
                                            .formatted(minute.all(), each.getKey(), text(minute.codes)));
                    // and is quiet for another one, whatever comes
                    next.put(each.getKey(), new Minute(clock.instant(), 0));
                }
            }
            minutes.putAll(next);
            write(isDue);
        }
        lines.forEach(line -> LOG.warn("Refused {}", line));
    }

    private void write(Predicate<Instant> isDue) {
        if (unwritten.isEmpty() || !isDue.test(written)) {
            return;
        }
        long requests = unwritten.values().stream().mapToLong(Long::longValue).sum();
        String sender = from.size() == 1
                ? from.iterator().next()
                : (from.contains(OTHERS) ? "more than " + MOST : from.size()) + " addresses";
        if (trail.test(new Count(sender, text(unwritten), requests))) {
            unwritten = new TreeMap<>();
            from = new HashSet<>();
            written = clock.instant();
        }
    }

    private static String text(Map<String, Long> codes) {
        return codes.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", "));
    }
}
