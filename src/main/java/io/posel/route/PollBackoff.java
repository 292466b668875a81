package io.posel.route;

import io.posel.delivery.Failure;
import io.posel.source.SourceHealth;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.spi.PollingConsumerPollStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When one source is polled: not before the store is ready, and after a failure not until a pause is over that doubles
 * with each further one, or that a server asks for ({@code Retry-After}). Tells of an outage when it begins, once a
 * minute while it lasts, and of its end.
 *
 * <p>Both {@code pollStrategy} and {@code exceptionHandler} of the route that polls; some consumers tell of a failure
 * by the one only, some by both.
 */
public final class PollBackoff implements PollingConsumerPollStrategy, ExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PollBackoff.class);
    private static final Duration FIRST = Duration.ofSeconds(1);
    /** Not one that somebody configured: the events of Posel itself. */
    public static final String OWN = "posel";

    private static final Duration TELL_AGAIN = Duration.ofMinutes(1);

    private final String source;
    private final Duration longest;
    private final BooleanSupplier ready;
    private final InstantSource clock;
    private final SourceHealth health;

    private int failures;
    private boolean failed;
    private Instant notBefore = Instant.MIN;
    private Instant told = Instant.MIN;

    /**
     * @param longest pause, also where a server asks for a longer one
     * @param ready whether events can be accepted at all
     */
    public PollBackoff(String source, Duration longest, BooleanSupplier ready, InstantSource clock) {
        this(source, longest, ready, clock, new SourceHealth(clock));
    }

    /** @param health learns how each poll ended */
    public PollBackoff(
            String source, Duration longest, BooleanSupplier ready, InstantSource clock, SourceHealth health) {
        this.health = health;
        this.source = source;
        this.longest = longest;
        this.ready = ready;
        this.clock = clock;
    }

    @Override
    public synchronized boolean begin(Consumer consumer, Endpoint endpoint) {
        failed = false;
        return ready.getAsBoolean() && !clock.instant().isBefore(notBefore);
    }

    @Override
    public synchronized void commit(Consumer consumer, Endpoint endpoint, int polledMessages) {
        if (failed) {
            return;
        }
        health.succeeded(source);
        if (failures > 0) {
            LOG.info("{} goes on", subject());
            failures = 0;
            told = Instant.MIN;
        }
    }

    @Override
    public boolean rollback(Consumer consumer, Endpoint endpoint, int retryCounter, Exception cause) {
        return false;
    }

    @Override
    public void handleException(Throwable exception) {
        handleException(null, null, exception);
    }

    @Override
    public void handleException(@Nullable String message, Throwable exception) {
        handleException(message, null, exception);
    }

    @Override
    public synchronized void handleException(
            @Nullable String message, @Nullable Exchange exchange, Throwable exception) {
        failed = true;
        Duration pause = pause(exception);
        if (!onlyUnmarkedRows(exception)) {
            failures++; // rows that are read again hold up no others: they cost a short pause
        }
        Instant now = clock.instant();
        notBefore = now.plus(pause);
        String reason = reason(exception);
        health.failed(source, reason);
        LOG.debug("Source {} failed", source, exception);
        if (told.equals(Instant.MIN) || !now.isBefore(told.plus(TELL_AGAIN))) {
            told = now;
            LOG.warn("{} stands still, Posel keeps trying: {}", subject(), reason);
        }
    }

    private String subject() {
        return source.equals(OWN) ? "What Posel tells of its webhooks" : "Source " + source;
    }

    private static boolean onlyUnmarkedRows(Throwable exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof MarkedRows.NothingMarkedException) {
                return true;
            }
        }
        return false;
    }

    private Duration pause(Throwable exception) {
        Duration asked = Failure.of(exception, clock).retryAfterUpTo(longest);
        Duration doubled = FIRST.multipliedBy(1L << Math.min(failures, 30));
        Duration pause = asked != null ? asked : doubled;
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    private String reason(Throwable exception) {
        Failure failure = Failure.of(exception, clock);
        if (failure.kind() == Failure.Kind.INTERNAL) {
            return innermost(exception);
        }
        return failure.reason() + (failure.status() == null ? "" : advice(failure.status()));
    }

    private static String advice(int status) {
        return switch (status) {
            case 401, 403, 407 -> "; check the token, the password or the headers that it is asked with";
            case 404, 410 -> "; check the URL";
            case 301, 302, 303, 307, 308 -> "; set the URL to the address that it leads to";
            default -> "";
        };
    }

    private static String innermost(Throwable exception) {
        Throwable cause = exception;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return text.replaceAll("\\s+", " ").strip();
    }
}
