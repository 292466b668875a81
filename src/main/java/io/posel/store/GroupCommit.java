package io.posel.store;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One writer: what is submitted while a transaction runs shares the next one. A single caller never waits for others to
 * come, unless its item is {@link Batch#patience patient} and another write has just ended. The thread is never interrupted, since H2 would close its database.
 *
 * <p>Writes only while this process owns the database: after that, what is submitted fails with {@link
 * NotOwnerException}.
 *
 * <p>An item that the database refuses, for whatever reason, stops itself alone: as long as the database answers, what
 * failed together is tried in smaller parts until it is found. Then it fails to its caller as a
 * {@linkplain StoreUnavailableException#isRefusal refusal}; or, if it has a {@link Batch#strand strand}, it is held back with what must not overtake it, and
 * tried again, for which no more than a fifth of the time is spent. It fails all the same when its data are to blame, or
 * when it was refused {@value #TRIES} times and others were not.
 */
public final class GroupCommit<T, R> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    /** Writes batches. */
    public interface Batch<T, R> {
        /**
         * Writes a batch in one transaction, and has passed on what follows from it when it returns; its callers get
         * their answers after that.
         *
         * @return one result for each item, in their order
         */
        List<R> write(List<T> items) throws SQLException;

        /** How much of a batch an item fills: the rows that it writes, each kilobyte of data counted as one more. */
        default int weight(T item) {
            return 1;
        }

        /** How long after the write before an item may wait for others, to share the next one with them. */
        default Duration patience(T item) {
            return Duration.ZERO;
        }

        /** Whether it shares no transaction after one has failed. */
        default boolean isAlone(T item) {
            return false;
        }

        /**
         * What an item that is refused holds back with itself; null if it is not tried again.
         *
         * @param slow whether it took long to refuse it, as for a row that somebody locks: so wide that few of them meet it
         */
        default @Nullable Object strand(T item, boolean slow) {
            return null;
        }

        /**
         * Returns if the database can be written to, and when it has decided about commits whose end was unclear.
         */
        default void clarify() throws SQLException {}
    }

    private record Waiting<T, R>(T item, CompletableFuture<R> answer) {}

    /** Written together. */
    private static final class Portion<T, R> {
        private final List<Waiting<T, R>> items;
        private int tries;

        private Portion(List<Waiting<T, R>> items) {
            this.items = items;
        }
    }

    /** What is held back, in its order. */
    private static final class Strand<T, R> {
        private final Deque<Waiting<T, R>> items = new ArrayDeque<>();
        /** How many are tried at once. */
        private int portion = 1;
        /** Of the first one, when it was tried alone. */
        private int refusals;

        private long since;
        private long due;

        private List<Waiting<T, R>> next() {
            return items.stream().limit(portion).toList();
        }
    }

    /** Of a batch; only a single item may weigh more. It is written in a fraction of a second, for which others wait. */
    public static final int MAX_WEIGHT = 4_000;

    private static final int TRIES = 5;
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** A refusal that took so long is not looked for one half after the other. */
    private static final Duration SLOW = Duration.ofMillis(500);

    private static final int PARTS_IF_SLOW = 16;
    /** How many times as long as a refusal took the next try waits. */
    private static final int REST = 4;

    private static final long NEVER = Long.MIN_VALUE;

    private final Batch<T, R> batch;
    private final boolean persistent;
    private final LongSupplier nanoTime;
    private final BlockingQueue<Waiting<T, R>> queue = new LinkedBlockingQueue<>();
    private final Deque<Portion<T, R>> todo = new ArrayDeque<>();
    private final Map<Object, Strand<T, R>> held = new LinkedHashMap<>();
    private final Waiting<T, R> end;
    private final Thread thread;
    private long lastWrite = System.nanoTime() - Duration.ofDays(1).toNanos();
    /** When one that would have been held back was written. */
    private long lastKept;
    /** The database did not answer, or not clearly: it is asked before anything else is written. */
    private boolean away;

    private boolean retrying;
    private boolean ended;
    private volatile int heldBack;
    private volatile long unanswered = NEVER;
    private volatile long allRefused = NEVER;
    private volatile boolean waitsForOthers;
    private volatile boolean closed;

    /**
     * @param persistent whether a batch is written again and again while the database does not answer; if not, its
     *     callers are told
     */
    public GroupCommit(String name, boolean persistent, Batch<T, R> batch) {
        this(name, persistent, batch, System::nanoTime);
    }

    /** @param nanoTime running time, for when something is tried again */
    public GroupCommit(String name, boolean persistent, Batch<T, R> batch, LongSupplier nanoTime) {
        this.persistent = persistent;
        this.batch = batch;
        this.nanoTime = nanoTime;
        this.lastKept = nanoTime.getAsLong();
        @SuppressWarnings("NullAway") // the mark is never read
        T nothing = null;
        this.end = new Waiting<>(nothing, new CompletableFuture<>());
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Starts the writer's thread; without it {@link #turn} does its work. */
    public GroupCommit<T, R> start() {
        thread.start();
        return this;
    }

    /** The answer fails with {@link StoreUnavailableException} when it is unclear what happened. */
    public CompletableFuture<R> submit(T item) {
        Waiting<T, R> waiting = new Waiting<>(item, new CompletableFuture<>());
        if (closed) {
            waiting.answer.completeExceptionally(new StoreUnavailableException("Posel is stopping"));
        } else {
            queue.add(waiting);
            if (waitsForOthers && batch.patience(item).isZero()) {
                LockSupport.unpark(thread);
            }
        }
        return waiting.answer;
    }

    /** Whether it writes what is submitted, now or once it is started. */
    public boolean isAlive() {
        return thread.getState() != Thread.State.TERMINATED;
    }

    /** How many items wait, those that are held back among them. */
    public int waiting() {
        return queue.size() + heldBack;
    }

    /** How many items are held back. */
    public int heldBack() {
        return heldBack;
    }

    /** For how long there has been work and no answer of the database, or nothing but refusals of what is kept. */
    public Duration standsStill() {
        long now = nanoTime.getAsLong();
        long first = unanswered;
        long refused = allRefused;
        long longest = Math.max(first == NEVER ? 0 : now - first, refused == NEVER ? 0 : now - refused);
        return Duration.ofNanos(Math.max(0, longest));
    }

    private void run() {
        while (!ended || !todo.isEmpty() || !held.isEmpty()) {
            if (ended && todo.isEmpty()) {
                held.values().forEach(strand -> todo.add(new Portion<>(List.copyOf(strand.items))));
                held.clear(); // a last try
            } else if (todo.isEmpty()) {
                await();
            }
            turn();
            lastWrite = System.nanoTime();
            if (away && !todo.isEmpty()) {
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    private void await() {
        try {
            long wait = away ? PAUSE.toNanos() : untilDue();
            Waiting<T, R> first = wait < 0 ? queue.take() : queue.poll(wait, TimeUnit.NANOSECONDS);
            if (first != null) {
                waitForOthers(first);
                todo.add(new Portion<>(group(first)));
            }
        } catch (InterruptedException e) {
            LOG.warn("An interrupt reached the writer; it goes on");
        }
    }

    /** Until something that is held back is tried again; -1: there is nothing. */
    private long untilDue() {
        long now = nanoTime.getAsLong();
        return held.values().stream()
                .mapToLong(each -> Math.max(0, each.due - now))
                .min()
                .orElse(-1);
    }

    /** Cut short by an item that is in a hurry. */
    private void waitForOthers(Waiting<T, R> first) {
        if (first == end) {
            return;
        }
        waitsForOthers = true; // before the look at the queue: who comes after that wakes this thread
        long until = lastWrite + batch.patience(first.item).toNanos();
        for (long left = until - System.nanoTime(); left > 0 && !closed; left = until - System.nanoTime()) {
            if (queue.stream()
                    .anyMatch(each -> each == end || batch.patience(each.item).isZero())) {
                break;
            }
            LockSupport.parkNanos(left);
        }
        waitsForOthers = false;
    }

    private List<Waiting<T, R>> group(Waiting<T, R> first) {
        List<Waiting<T, R>> next = new ArrayList<>();
        int weight = 0;
        for (Waiting<T, R> item = first; item != null; item = queue.poll()) {
            if (item == end) {
                ended = true;
                break;
            }
            next.add(item);
            weight += batch.weight(item.item);
            Waiting<T, R> after = queue.peek();
            if (after != null && after != end && weight + batch.weight(after.item) > MAX_WEIGHT) {
                break;
            }
        }
        return next;
    }

    /** Writes one batch of what waits, and one of what is held back and due, if there is any. Whatever goes wrong, the writer goes on. */
    public void turn() {
        if (todo.isEmpty() && !queue.isEmpty()) {
            todo.add(new Portion<>(group(queue.remove())));
        }
        if (!todo.isEmpty()) {
            begin();
        }
        Portion<T, R> next = null;
        try {
            if (away && !answers()) {
                if (!persistent || closed) {
                    todo.forEach(each -> fail(each.items, null));
                    todo.clear();
                }
                return;
            }
            writeDue();
            next = away ? null : todo.poll();
            if (next != null) {
                write(next);
            }
        } catch (RuntimeException | Error e) {
            LOG.error("{} items failed unexpectedly", next == null ? 0 : next.items.size(), e);
            if (next != null) {
                var unclear = new StoreUnavailableException("it is unclear whether this was stored", e);
                next.items.forEach(each -> each.answer.completeExceptionally(unclear));
            }
        } finally {
            heldBack =
                    held.values().stream().mapToInt(each -> each.items.size()).sum();
            allRefused = allRefusedSince();
        }
    }

    private long begin() {
        long now = nanoTime.getAsLong();
        if (unanswered == NEVER) {
            unanswered = now;
        }
        return now;
    }

    /** One that is refused alone says nothing about the others. */
    private long allRefusedSince() {
        long first = held.size() < 2
                ? NEVER
                : held.values().stream().mapToLong(each -> each.since).min().orElse(NEVER);
        return first != NEVER && lastKept - first < 0 ? first : NEVER;
    }

    private void writeDue() {
        long now = nanoTime.getAsLong();
        for (Map.Entry<Object, Strand<T, R>> each : held.entrySet()) {
            if (each.getValue().due - now <= 0) {
                write(each.getKey(), each.getValue());
                return;
            }
        }
    }

    private void write(Object key, Strand<T, R> strand) {
        List<Waiting<T, R>> items = strand.next();
        long began = begin();
        strand.due = began + PAUSE.toNanos();
        try {
            written(items, batch.write(items(items)));
            items.forEach(each -> strand.items.remove());
            strand.due = began;
            strand.portion = Math.min(2 * strand.portion, MAX_WEIGHT);
            strand.refusals = 0;
            strand.since = nanoTime.getAsLong();
        } catch (NotOwnerException e) {
            items.forEach(each -> strand.items.remove().answer.completeExceptionally(e));
        } catch (SQLException | RuntimeException | StackOverflowError e) {
            if (isUnclear(e)) {
                return;
            }
            refused(strand, items, e, isLostConnection(e) ? 0 : nanoTime.getAsLong() - began);
        }
        if (strand.items.isEmpty()) {
            held.remove(key);
        }
    }

    private void refused(Strand<T, R> strand, List<Waiting<T, R>> items, Throwable e, long took) {
        long now = nanoTime.getAsLong();
        unanswered = NEVER;
        if (items.size() > 1) {
            strand.portion = items.size() / 2;
            strand.due = now + REST * took;
            return;
        }
        strand.refusals++;
        boolean alone = held.size() == 1 || lastKept - strand.since > 0;
        if (closed || isOfData(e) || strand.refusals >= TRIES && alone) {
            strand.items.remove();
            strand.refusals = 0;
            strand.since = now;
            strand.due = now;
            items.get(0).answer.completeExceptionally(refusal(e));
        } else {
            strand.due = now + pause(strand.refusals, took);
        }
    }

    private static long pause(int refusals, long took) {
        return Math.max(
                REST * took, Math.min(PAUSE.toNanos() << Math.min(refusals - 1, TRIES), LONGEST_PAUSE.toNanos()));
    }

    private void write(Portion<T, R> portion) {
        List<Waiting<T, R>> items = behindHeld(portion.items);
        if (items.isEmpty()) {
            return;
        }
        Portion<T, R> left = items.size() == portion.items.size() ? portion : new Portion<>(items);
        long began = nanoTime.getAsLong();
        try {
            written(items, batch.write(items(items)));
        } catch (NotOwnerException e) {
            items.forEach(each -> each.answer.completeExceptionally(e));
        } catch (SQLException | RuntimeException | StackOverflowError e) {
            if (e instanceof InDoubtException && (!persistent || left.tries++ < TRIES) || isUnclear(e)) {
                away = true;
                again(left, e);
            } else if (persistent && isLostConnection(e) && left.tries++ < 1) {
                todo.addFirst(left); // another connection may do
            } else {
                unanswered = NEVER;
                split(left, e, isLostConnection(e) ? 0 : nanoTime.getAsLong() - began);
            }
        }
    }

    private void written(List<Waiting<T, R>> items, List<R> results) {
        unanswered = NEVER;
        if (items.stream().anyMatch(each -> batch.strand(each.item, false) != null)) {
            lastKept = nanoTime.getAsLong();
        }
        for (int i = 0; i < results.size(); i++) {
            items.get(i).answer.complete(results.get(i));
        }
    }

    private static <T, R> List<T> items(List<Waiting<T, R>> waiting) {
        return waiting.stream().map(Waiting::item).toList();
    }

    /** What of these waits for nothing that is held back; the others do from now on. */
    private List<Waiting<T, R>> behindHeld(List<Waiting<T, R>> items) {
        if (held.isEmpty()) {
            return items;
        }
        List<Waiting<T, R>> free = new ArrayList<>(items.size());
        for (Waiting<T, R> each : items) {
            Strand<T, R> before = held.get(strandOf(each, false));
            before = before == null ? held.get(strandOf(each, true)) : before;
            if (before == null) {
                free.add(each);
            } else {
                before.items.add(each);
            }
        }
        return free;
    }

    /** Itself, if it has none. */
    private Object strandOf(Waiting<T, R> waiting, boolean slow) {
        Object strand = batch.strand(waiting.item, slow);
        return strand == null ? waiting : strand;
    }

    private boolean isKept(Waiting<T, R> waiting) {
        return batch.strand(waiting.item, false) != null;
    }

    private static boolean isOfData(Throwable e) {
        return !(e instanceof SQLException sql) || SqlStates.faultOf(sql) == SqlStates.Fault.DATA;
    }

    /** Whether the database did not answer, and does not: otherwise it is what was to be written that fails. */
    private boolean isUnclear(Throwable e) {
        if (isLostConnection(e)) {
            away = true;
            return !answers();
        }
        return false;
    }

    /** How long that took says nothing of what was to be written. */
    private static boolean isLostConnection(Throwable e) {
        return e instanceof SQLException sql && SqlStates.faultOf(sql) == SqlStates.Fault.OUTAGE;
    }

    private boolean answers() {
        try {
            batch.clarify();
        } catch (SQLException e) {
            LOG.debug("The database does not answer", e);
            return false;
        } catch (NotOwnerException e) {
            LOG.debug("What is written next is refused", e);
        }
        away = false;
        unanswered = NEVER;
        if (retrying) {
            retrying = false;
            LOG.info("The database answers again");
        }
        return true;
    }

    private void again(Portion<T, R> portion, Throwable cause) {
        if (!persistent || closed) {
            fail(portion.items, cause);
            return;
        }
        if (!retrying) {
            retrying = true;
            LOG.warn("The database does not answer; {} results wait until it does", portion.items.size());
        }
        todo.addFirst(portion);
    }

    /** Parts that are tried next, in their order. */
    private void split(Portion<T, R> portion, Throwable cause, long took) {
        List<Waiting<T, R>> items = portion.items;
        boolean slow = took >= SLOW.toNanos();
        List<List<Waiting<T, R>>> parts = runs(items);
        if (parts.size() == 1 && slow && isKept(items.get(0))) {
            parts = strands(items);
        } else if (parts.size() == 1 && items.size() > 1) {
            parts = parts(items, slow ? PARTS_IF_SLOW : 2);
        }
        if (parts.size() == 1) {
            refused(portion, cause, slow, took);
            return;
        }
        for (int i = parts.size() - 1; i >= 0; i--) {
            todo.addFirst(new Portion<>(parts.get(i)));
        }
    }

    /** Those that are alone, and what stood between them. */
    private List<List<Waiting<T, R>>> runs(List<Waiting<T, R>> items) {
        List<List<Waiting<T, R>>> runs = new ArrayList<>();
        boolean open = false;
        for (Waiting<T, R> each : items) {
            boolean alone = batch.isAlone(each.item);
            if (alone || !open) {
                runs.add(new ArrayList<>());
            }
            runs.get(runs.size() - 1).add(each);
            open = !alone;
        }
        return runs;
    }

    /** Few parts, each with whole strands. */
    private List<List<Waiting<T, R>>> strands(List<Waiting<T, R>> items) {
        Map<Object, List<Waiting<T, R>>> strands = new LinkedHashMap<>();
        items.forEach(each -> strands.computeIfAbsent(strandOf(each, true), key -> new ArrayList<>())
                .add(each));
        return parts(List.copyOf(strands.values()), PARTS_IF_SLOW).stream()
                .map(part -> part.stream().flatMap(List::stream).toList())
                .toList();
    }

    private static <E> List<List<E>> parts(List<E> all, int most) {
        int size = (all.size() + most - 1) / most;
        List<List<E>> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            parts.add(List.copyOf(all.subList(from, Math.min(all.size(), from + size))));
        }
        return parts;
    }

    /** One item, or those of one strand. */
    private void refused(Portion<T, R> portion, Throwable cause, boolean slow, long took) {
        Waiting<T, R> first = portion.items.get(0);
        if (!closed && isKept(first) && !isOfData(cause)) {
            hold(strandOf(first, slow), portion.items, cause, took);
        } else if (!closed && persistent && passes(cause) && ++portion.tries < TRIES) {
            todo.addLast(portion);
        } else {
            fail(portion.items, cause);
        }
    }

    /** Whether it failed for what may be over with the next try. */
    private static boolean passes(Throwable e) {
        return e instanceof SQLException sql && SqlStates.faultOf(sql).passes();
    }

    private void hold(Object key, List<Waiting<T, R>> items, Throwable cause, long took) {
        long now = nanoTime.getAsLong();
        Strand<T, R> strand = new Strand<>();
        strand.items.addAll(items);
        strand.portion = Math.max(1, items.size() / 2);
        strand.refusals = items.size() == 1 ? 1 : 0;
        strand.since = now;
        strand.due = now + pause(1, took);
        held.put(key, strand);
        LOG.warn(
                "The database refuses {} results, which are tried again; others are written: {}",
                items.size(),
                cause.toString());
    }

    private void fail(Collection<Waiting<T, R>> waiting, @Nullable Throwable cause) {
        waiting.forEach(each -> fail(each, cause));
    }

    private void fail(Waiting<T, R> waiting, @Nullable Throwable cause) {
        Throwable failure = cause;
        if (cause == null) {
            failure = new StoreUnavailableException("the database does not answer");
        } else if (cause instanceof SQLException e) {
            failure = e instanceof InDoubtException || SqlStates.faultOf(e).passes()
                    ? new StoreUnavailableException("the database did not answer: " + e.getMessage(), e)
                    : refusal(e);
        }
        waiting.answer.completeExceptionally(Objects.requireNonNull(failure));
    }

    private static Throwable refusal(Throwable cause) {
        return cause instanceof SQLException e
                ? StoreUnavailableException.refusal("the database refused: " + e.getMessage(), e)
                : cause;
    }

    /** Writes what has been submitted, then ends. */
    @Override
    public void close() {
        closed = true;
        queue.add(end);
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
