package io.posel.route;

import io.posel.json.JsonWeight;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The part of the heap for what exchanges work on: parsed JSON takes many times its text, and a template repeats what an
 * event brings. Who wants some asks before it parses or renders, waits while there is none, and has it until its exchange
 * is complete.
 *
 * <p>Promises: all that was asked for together, beside what is small, is never more than the part; one alone always gets
 * what it asks for; those who wait hold no more than half of the threads that work on requests.
 */
public final class WorkingMemory {
    /** Whose memory is bounded by the number of those threads. In bytes. */
    static final int SMALL = 128 * 1024;

    private static final int HEAP_SHARE = 8;
    private static final int UNIT = 1024;
    private static final int MEGABYTE = 1024 * 1024;
    /** Of these texts not even the densest takes more than what is small. In bytes. */
    private static final int PARSED_ALWAYS = SMALL / 32;
    /** Of a text beside the values in it: as characters, and as what is stored. */
    private static final int COPIES = 2;
    /** Of a request: its bytes, as text, within the text of the answer and that one's bytes. */
    private static final int SHOWN = 4;

    private static final int WAITING = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String TAKEN = "workingMemory";

    private final int most;
    private final Semaphore free;
    private final int mayWait;
    private final Duration patience;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * @param most in bytes
     * @param mayWait how many may wait at once
     * @param patience how long each waits at most
     */
    WorkingMemory(long most, int mayWait, Duration patience) {
        this.most = units(most);
        this.free = new Semaphore(this.most);
        this.mayWait = mayWait;
        this.patience = patience;
    }

    /** As it is in production. @param heap the most memory that the process may use, in bytes */
    public static WorkingMemory of(long heap) {
        return new WorkingMemory(heap / HEAP_SHARE, WAITING, PATIENCE);
    }

    /** That of the context in which the exchange runs. */
    static WorkingMemory of(Exchange exchange) {
        WorkingMemory bound = exchange.getContext().getRegistry().lookupByNameAndType(TAKEN, WorkingMemory.class);
        if (bound == null) {
            throw new IllegalStateException("nothing is bound as " + TAKEN);
        }
        return bound;
    }

    private static int units(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, (bytes + UNIT - 1) / UNIT);
    }

    /** What one exchange has, until the last of those who hold it lets go. */
    private final class Taken {
        private final AtomicInteger holders = new AtomicInteger(1);
        private volatile int units;

        void hold() {
            holders.incrementAndGet();
        }

        void letGo() {
            if (holders.decrementAndGet() == 0) {
                free.release(units);
            }
        }
    }

    /** Takes what parsing this text and working on it takes. @throws ProblemException as {@link #take} */
    void takeToParse(Exchange exchange, byte[] utf8) {
        if (utf8.length > PARSED_ALWAYS) {
            take(exchange, JsonWeight.of(utf8) + (long) COPIES * utf8.length);
        }
    }

    /** Takes what showing a request in an answer takes. @param bytes of the request */
    void takeToShow(Exchange exchange, int bytes) {
        take(exchange, (long) SHOWN * bytes);
    }

    /**
     * Takes so many bytes for what no limit bounds; one alone gets no more than twice of what there is.
     *
     * @param what takes them, for people
     * @throws IllegalStateException if that is more
     * @throws ProblemException as {@link #take}
     */
    void takeOrRefuse(Exchange exchange, String what, long bytes) {
        if (bytes > 2L * most * UNIT) {
            throw new IllegalStateException(what + " takes about " + bytes / MEGABYTE + " MB of memory once it is read,"
                    + " which is more than " + 2L * most * UNIT / MEGABYTE
                    + " MB: ask for fewer items at a time, or give Posel more memory (-Xmx)");
        }
        take(exchange, bytes);
    }

    /**
     * Takes so many bytes for the exchange; what it has already stays. Waits only for the first of them: who waits has
     * nothing that others wait for.
     *
     * @throws ProblemException 503 if there is not enough within some seconds, or too many wait
     */
    void take(Exchange exchange, long bytes) {
        if (bytes <= SMALL) {
            return;
        }
        Taken before = taken(exchange);
        int wanted = Math.min(units(bytes), before == null ? most : most - before.units);
        if (!(before == null ? await(wanted) : free.tryAcquire(wanted))) {
            throw new ProblemException(
                    503,
                    FieldError.of(
                            "",
                            "too-busy",
                            "Posel works on as much as its memory allows; nothing was done. Repeat the request later."));
        }
        if (before == null) {
            keep(exchange, wanted);
        } else {
            before.units += wanted; // by the thread of the exchange alone
        }
    }

    private boolean await(int units) {
        if (free.tryAcquire(units)) {
            return true;
        }
        try {
            return waiting.incrementAndGet() <= mayWait
                    && free.tryAcquire(units, patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waiting.decrementAndGet();
        }
    }

    private void keep(Exchange exchange, int units) {
        Taken taken = new Taken();
        taken.units = units;
        exchange.setProperty(TAKEN, taken);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                taken.letGo();
            }
        });
    }

    /** What the exchange has stays taken until this is done too, however long that takes. */
    static void hold(Exchange exchange, CompletableFuture<?> work) {
        Taken taken = taken(exchange);
        if (taken != null) {
            taken.hold();
            work.whenComplete((done, failure) -> taken.letGo());
        }
    }

    private static @Nullable Taken taken(Exchange exchange) {
        return exchange.getProperty(TAKEN, Taken.class);
    }

    int waiting() {
        return waiting.get();
    }

    /** What is not taken, in bytes. */
    long free() {
        return (long) free.availablePermits() * UNIT;
    }
}
