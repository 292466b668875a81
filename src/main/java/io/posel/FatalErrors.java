package io.posel;

import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of exceptions that end a thread. An {@link Error}, such as no memory left, may have ended what nothing goes
 * on without, or left it half done: then the process ends at once, with exit code 1, rather than to accept events that
 * nobody sends. Nothing is lost by that: what was acknowledged is on disk and goes on after the next start (G1).
 */
final class FatalErrors implements Thread.UncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FatalErrors.class);

    private final IntConsumer halt;

    /** @param halt ends the process with this exit code, without running anything else */
    FatalErrors(IntConsumer halt) {
        this.halt = halt;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable e) {
        if (!(e instanceof Error)) {
            LOG.error("The thread {} ended by an exception that nobody expected", thread.getName(), e);
            return;
        }
        try {
            LOG.error(
                    "Posel cannot go on and ends, since its thread {} did: {}. What is queued goes on after the next start",
                    thread.getName(),
                    e.toString(),
                    e);
        } finally {
            halt.accept(1);
        }
    }
}
