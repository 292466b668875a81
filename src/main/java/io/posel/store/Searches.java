package io.posel.store;

import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * Runs what people search for, on connections of its own: few at once, each for some seconds at most. So whoever may look
 * takes neither connections nor threads away from what is accepted, sent and settled.
 */
public final class Searches {
    /** At once. */
    static final int MOST = 3;
    /** How long the database works on one before it stops. */
    static final Duration LONGEST = Duration.ofSeconds(5);

    private static final int WAITING = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final DataSource dataSource;
    private final Semaphore free = new Semaphore(MOST, true);
    private final AtomicInteger waiting = new AtomicInteger();

    /** @param dataSource of {@value #MOST} connections that nobody else uses */
    public Searches(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** What is searched for. */
    @FunctionalInterface
    interface Search<T> {
        T in(Connection connection) throws SQLException;
    }

    /** A statement that the database stops when it takes too long. */
    static PreparedStatement statement(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout((int) LONGEST.toSeconds());
        return statement;
    }

    /**
     * @throws ProblemException 503 if too many search already, or if it takes too long
     * @throws StoreUnavailableException if the database does not answer
     */
    <T> T run(Search<T> search) {
        begin();
        try (Connection connection = dataSource.getConnection()) {
            return search.in(connection);
        } catch (SQLException e) {
            if (SqlStates.isCancelled(e)) {
                throw new ProblemException(
                        503,
                        new FieldError(
                                "",
                                "search-timeout",
                                Map.of("seconds", LONGEST.toSeconds()),
                                "The search took longer than " + LONGEST.toSeconds()
                                        + " s and was stopped. Narrow it: by webhook, entity, or time (from, to)."));
            }
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        } finally {
            free.release();
        }
    }

    int waiting() {
        return waiting.get();
    }

    private void begin() {
        if (free.tryAcquire()) {
            return;
        }
        try {
            if (waiting.incrementAndGet() > WAITING || !free.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ProblemException(
                        503, FieldError.of("", "too-busy", "Too many searches run already. Repeat this one later."));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("Posel is stopping", e);
        } finally {
            waiting.decrementAndGet();
        }
    }
}
