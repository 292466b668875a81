package io.posel.store;

import com.fasterxml.uuid.NoArgGenerator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the events and deliveries of requests that are too large for a group, one request after the other and beside the
 * intake's writer, which then only finishes them: so what others hand in does not wait for them.
 *
 * <p>Promises: a request is stored whole or not at all; memory does not grow with the rows that it writes (G5).
 */
final class LargeRequests implements AutoCloseable {
    /** Less than a connection may be silent; whoever repeats the request later is told of duplicates. */
    static final Duration PATIENCE = Duration.ofSeconds(50);

    private static final Logger LOG = LoggerFactory.getLogger(LargeRequests.class);
    /** Callers wait for each of them, and they stay in memory. */
    private static final int WAITING = 4;

    private final DataSource dataSource;
    private final Transactions transactions;
    private final InstantSource clock;
    private final NoArgGenerator deliveryIds;
    private final Function<Intake.Work, CompletableFuture<Intake.Answer>> writer;
    private final ThreadPoolExecutor thread;
    private volatile boolean closed;

    /**
     * What is written of a request, but not committed or not in the queue.
     *
     * @param numbers of those of its events that are written
     * @param webhooks that have something to send of it
     */
    record Written(
            Transaction transaction, PlacesAhead ahead, Map<EventKeys.Key, Long> numbers, Set<String> webhooks) {}

    LargeRequests(
            DataSource dataSource,
            Transactions transactions,
            InstantSource clock,
            NoArgGenerator deliveryIds,
            Function<Intake.Work, CompletableFuture<Intake.Answer>> writer) {
        this.dataSource = dataSource;
        this.transactions = transactions;
        this.clock = clock;
        this.deliveryIds = deliveryIds;
        this.writer = writer;
        this.thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
            Thread worker = new Thread(task, "posel-intake-large");
            worker.setDaemon(true);
            return worker;
        });
    }

    CompletableFuture<Intake.Answer> submit(Intake.Accept request) {
        CompletableFuture<Intake.Answer> answer = new CompletableFuture<>();
        try {
            thread.execute(() -> answer(request, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new StoreUnavailableException(
                    closed ? "Posel is stopping" : "other requests with very many deliveries are being stored"));
        }
        return answer;
    }

    private void answer(Intake.Accept request, CompletableFuture<Intake.Answer> answer) {
        try {
            answer.complete(store(request));
        } catch (SQLException e) {
            answer.completeExceptionally(
                    SqlStates.isDataError(e)
                            ? e
                            : new StoreUnavailableException("the database did not answer: " + e.getMessage(), e));
        } catch (CompletionException e) {
            answer.completeExceptionally(e.getCause());
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
        }
    }

    private Intake.Answer store(Intake.Accept request) throws SQLException {
        List<Acceptance> fresh = fresh(request.events());
        if (!Intake.Accept.of(fresh).isLarge()) {
            return writer.apply(request).join();
        }
        boolean done = false;
        try (Transaction transaction = transactions.begin()) {
            Intake.Answer answer = writer.apply(new Intake.Finish(request, write(transaction, fresh)))
                    .join();
            done = true;
            return answer;
        } finally {
            if (!done) {
                discard();
            }
        }
    }

    /** If it cannot be done now, the next large request or the next start does it. */
    private void discard() {
        try {
            transactions.discardAhead();
        } catch (SQLException | RuntimeException e) {
            LOG.debug("What was written of a request is not deleted yet", e);
        }
    }

    private Written write(Transaction transaction, List<Acceptance> events) throws SQLException {
        PlacesAhead places = transaction.ahead();
        Map<EventKeys.Key, Long> numbers = new HashMap<>();
        Set<String> webhooks = new HashSet<>();
        try (EventRows rows =
                new EventRows(transaction.connection(), clock.instant().atOffset(ZoneOffset.UTC), deliveryIds, () -> {
                    places.pause();
                    if (closed) {
                        throw new StoreUnavailableException("Posel is stopping");
                    }
                })) {
            for (Acceptance each : events) {
                long no = places.next();
                rows.event(no, each);
                rows.deliveries(no, each, places::next, queued -> webhooks.add(queued.webhookId()));
                numbers.put(EventKeys.Key.of(each.event()), no);
            }
            rows.flush();
        }
        return new Written(transaction, places, numbers, webhooks);
    }

    /** Those that are not known yet, of several with one key the first; what comes meanwhile is found at the end. */
    private List<Acceptance> fresh(List<Acceptance> events) throws SQLException {
        Set<EventKeys.Key> known = new HashSet<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select source, id from event_key where id = any(?)")) {
            Object[] ids = events.stream().map(each -> each.event().id()).toArray();
            select.setArray(1, connection.createArrayOf("varchar", ids));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    known.add(new EventKeys.Key(row.getString(1), row.getString(2)));
                }
            }
        }
        List<Acceptance> fresh = new ArrayList<>();
        for (Acceptance each : events) {
            if (known.add(EventKeys.Key.of(each.event()))) {
                fresh.add(each);
            }
        }
        return fresh;
    }

    /** What is being written is given up; its callers are told. */
    @Override
    public void close() {
        closed = true;
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                thread.awaitTermination(1, TimeUnit.DAYS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
