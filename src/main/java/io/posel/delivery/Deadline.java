package io.posel.delivery;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.core5.concurrent.Cancellable;

/** When an exchange must be over. Either this or the answer comes first, and that decides the outcome. */
final class Deadline implements Runnable {
    /** Later than this an exchange only ends if the process gets no time at all. */
    private static final Duration LATE = Duration.ofMillis(500);

    private final Cancellable exchange;
    private final long dueNanos;
    private final AtomicBoolean over = new AtomicBoolean();

    /** @param limit from now on */
    Deadline(Cancellable exchange, Duration limit) {
        this.exchange = exchange;
        this.dueNanos = System.nanoTime() + limit.toNanos();
    }

    /** @return whether it was not over yet */
    boolean end() {
        return over.compareAndSet(false, true);
    }

    /** Whether it has been due for so long that the whole process must have stood still. */
    boolean isLongOver() {
        return System.nanoTime() - dueNanos > LATE.toNanos();
    }

    @Override
    public void run() {
        if (end()) {
            exchange.cancel(); // holds for every stage, also for one that has not begun yet
        }
    }
}
