package io.posel.route;

import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.store.NotOwnerException;
import io.posel.store.StoreUnavailableException;
import io.posel.web.Problems;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what went wrong as problem+json (RFC 9457), never with a stack trace. What nobody foresaw is logged, and told
 * as {@code unexpected} says: 503 at the intake, where it means unknown, repeat with the same id (G1).
 */
public final class AnswerProblem implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerProblem.class);
    /** The parameter of a 429 that becomes its header {@code Retry-After}, in seconds. */
    static final String RETRY_AFTER = "retryAfter";

    private static final int RETRY_SECONDS = 5;

    private static final Duration QUIET = Duration.ofSeconds(10);

    private final int unexpected;
    private final InstantSource clock;
    private final AtomicReference<Instant> lastWarning = new AtomicReference<>(Instant.MIN);

    public AnswerProblem(int unexpected, InstantSource clock) {
        this.unexpected = unexpected;
        this.clock = clock;
    }

    /** Many requests meet one outage. */
    private boolean mayWarn() {
        Instant last = lastWarning.get();
        Instant now = clock.instant();
        return last.isBefore(now.minus(QUIET)) && lastWarning.compareAndSet(last, now);
    }

    @Override
    public void process(Exchange exchange) {
        Exception caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        ProblemException problem = problem(exchange, caught);
        JsonAnswer.write(exchange, problem.status(), Problems.MEDIA_TYPE, Problems.bytes(problem));
        if (problem.status() == 503) {
            exchange.getMessage().setHeader("Retry-After", RETRY_SECONDS);
        } else if (problem.status() == 429) {
            exchange.getMessage()
                    .setHeader("Retry-After", problem.errors().get(0).params().get(RETRY_AFTER));
        }
    }

    private ProblemException problem(Exchange exchange, Exception caught) {
        for (Throwable cause = caught; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException problem) {
                return problem;
            } else if (cause instanceof NotOwnerException) {
                return problem(
                        503,
                        "not-in-charge",
                        "Nothing was stored: " + cause.getMessage() + ". Repeat it, with the same id.");
            } else if (cause instanceof StoreUnavailableException) {
                if (mayWarn()) {
                    LOG.warn("Route {} answers 503: {}", exchange.getFromRouteId(), cause.getMessage());
                }
                return problem(
                        503,
                        "store-unavailable",
                        "The store does not answer; whether this was stored is unknown. Repeat it, with the same id.");
            }
        }
        LOG.error("Route {} failed", exchange.getFromRouteId(), caught);
        return unexpected == 503
                ? problem(503, "outcome-unknown", "This could not be stored for sure. Repeat it, with the same id.")
                : problem(unexpected, "internal-error", "Posel could not do this; its log says why.");
    }

    private static ProblemException problem(int status, String code, String detail) {
        return new ProblemException(status, FieldError.of("", code, detail));
    }
}
