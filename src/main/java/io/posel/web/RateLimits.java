package io.posel.web;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many requests per second each token and each session may send: at the intake, and elsewhere. Over all of them
 * nothing is promised, nor across restarts.
 */
public final class RateLimits {
    /** More than tokens and sessions that are valid at one time. */
    private static final int CALLERS = 1_000;

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final @Nullable Buckets intake;
    private final @Nullable Buckets others;

    /**
     * @param intake to {@code POST /events}; 0 is no limit
     * @param others whatever else; 0 is no limit
     * @param millis a clock that nobody sets
     */
    public RateLimits(int intake, int others, LongSupplier millis) {
        this.intake = intake == 0 ? null : new Buckets(intake, SECOND, CALLERS, millis);
        this.others = others == 0 ? null : new Buckets(others, SECOND, CALLERS, millis);
    }

    /**
     * Counts one request.
     *
     * @param key of the token or the session
     * @return the refusal if it is one too many
     */
    Optional<Verdict.Refusal> count(String key, boolean atIntake) {
        Buckets buckets = atIntake ? intake : others;
        Duration wait = buckets == null ? Duration.ZERO : buckets.take(key);
        return wait.isZero()
                ? Optional.empty()
                : Optional.of(
                        Refusals.tooMany(wait, atIntake ? "POSEL_HTTP_INTAKE_RATE_LIMIT" : "POSEL_HTTP_RATE_LIMIT"));
    }
}
