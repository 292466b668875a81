package io.posel.source;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How each source is doing: its last success, and its error while it fails. Since the start; nothing is kept. */
public final class SourceHealth {
    private final InstantSource clock;
    private final Map<String, Status> sources = new TreeMap<>();

    public SourceHealth(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * One source.
     *
     * @param lastSuccess the end of the last poll that went well, also if there was nothing; null if there was none
     * @param failingSince the first failure since then, null if the last poll went well
     * @param error why the last poll failed, null if it did not
     * @param remark what may be a mistake in its configuration although polls go well, null if nothing is odd
     */
    public record Status(
            @Nullable Instant lastSuccess,
            @Nullable Instant failingSince,
            @Nullable String error,
            @Nullable String remark) {
        static final Status NEW = new Status(null, null, null, null);

        public boolean failing() {
            return failingSince != null;
        }
    }

    /** It is switched on, and will be polled. */
    public synchronized void expect(String source) {
        sources.putIfAbsent(source, Status.NEW);
    }

    public synchronized void succeeded(String source) {
        sources.put(source, new Status(clock.instant(), null, null, of(source).remark));
    }

    /** @param error for operators: no secrets, no class names */
    public synchronized void failed(String source, String error) {
        Status before = of(source);
        Instant since = before.failingSince == null ? clock.instant() : before.failingSince;
        sources.put(source, new Status(before.lastSuccess, since, error, before.remark));
    }

    /** @param remark null once it does not hold any more */
    public synchronized void remarked(String source, @Nullable String remark) {
        Status before = of(source);
        sources.put(source, new Status(before.lastSuccess, before.failingSince, before.error, remark));
    }

    private Status of(String source) {
        return sources.getOrDefault(source, Status.NEW);
    }

    /** Those that are switched on or were polled, by name. */
    public synchronized Map<String, Status> all() {
        return Map.copyOf(sources);
    }
}
