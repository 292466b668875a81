package io.posel.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the processes on one database is its owner: the only one that writes and sends.
 *
 * <p>On PostgreSQL the owner holds a session advisory lock and shows a sign of life in each {@link #ROUND}. Promises:
 * without an answer to a sign for a {@link #LEASE}, {@link #isHeld} is false; for another process that took the lock it is
 * true only when that time is over, so no two start requests at the same time. Whether one writes is decided by the
 * {@link Fence} in each transaction, whatever the time. Who lost the lock and gets it again before anybody else took over
 * goes on.
 *
 * <p>H2 locks its file, so that there is one process only.
 */
public final class Ownership implements AutoCloseable {
    /** How often a sign of life is shown, and the lock is tried. */
    public static final Duration ROUND = Duration.ofMillis(250);
    /** Eight rounds: a database that hesitates stops nothing, and a takeover after a crash takes little longer. */
    static final Duration LEASE = Duration.ofSeconds(2);
    /** Longer than the lease, short enough to take over from a machine that has gone in 5 s. */
    static final Duration SILENCE = Duration.ofMillis(2_500);

    private static final Logger LOG = LoggerFactory.getLogger(Ownership.class);

    private final @Nullable OwnerLock lock;
    private final String database;
    private final DataSource pool;
    private final Fence fence;
    private final String name;
    private final LongSupplier nanoTime;
    private final ScheduledExecutorService timer;
    private final Runnable goesOn;
    private final Lease lease = new Lease(LEASE);
    private final Silence silence = new Silence(SILENCE, ROUND.multipliedBy(2));

    private int waitingFor;
    private boolean beating;
    private boolean broken;

    /**
     * @param name of this process, for people
     * @param timer only for this
     * @param goesOn is called when {@link #isHeld} is true again after it was false
     */
    public Ownership(
            Database.Access access,
            Database database,
            Fence fence,
            String name,
            LongSupplier nanoTime,
            ScheduledExecutorService timer,
            Runnable goesOn) {
        this.lock = database.dialect() == Dialect.POSTGRESQL ? new OwnerLock(access, name) : null;
        this.database = access.toString();
        this.pool = database.dataSource();
        this.fence = fence;
        this.name = name;
        this.nanoTime = nanoTime;
        this.timer = timer;
        this.goesOn = goesOn;
    }

    /** Whether this process may start a request now. */
    public boolean isHeld() {
        return fence.isOwner() && (lock == null || lease.isHeld(nanoTime.getAsLong()));
    }

    /**
     * One try; repeat it after {@link #ROUND}. From true on, signs of life are shown.
     *
     * @return whether no other process holds the lock: {@link #takeOver}
     * @throws SQLException if the database does not answer
     */
    public synchronized boolean tryToGain() throws SQLException {
        if (lock == null) {
            return true;
        }
        round(lock);
        if (!lock.isHeld()) {
            return false;
        }
        if (!beating) {
            beating = true;
            timer.scheduleWithFixedDelay(this::beat, 0, ROUND.toMillis(), TimeUnit.MILLISECONDS);
        }
        return true;
    }

    /**
     * Makes this process the owner, when the tables are there. What other owners wrote can be read from now on, and they
     * write nothing more. {@link #isHeld} follows when they send nothing more either.
     *
     * @throws SQLException if it did not become the owner: begin again with {@link #tryToGain}
     */
    public synchronized void takeOver() throws SQLException {
        if (lock == null) {
            try (Connection connection = pool.getConnection()) {
                fence.takeOver(connection, name);
            }
            return;
        }
        if (!lock.isHeld()) {
            throw new SQLException("the ownership was lost before it began");
        }
        try {
            fence.takeOver(lock.connection(), name);
        } catch (SQLException e) {
            lock.close();
            throw e;
        }
        LOG.info("This Posel ({}) owns the database {} now, epoch {}", name, database, fence.epoch());
    }

    private synchronized void beat() {
        if (lock == null) {
            return;
        }
        try {
            round(lock);
            if (broken && lock.isHeld()) {
                broken = false;
                LOG.info("This Posel has the ownership of the database {} again", database);
            }
        } catch (SQLException e) {
            if (!broken) {
                broken = true;
                LOG.warn(
                        "The connection that holds the ownership of the database {} is lost; no request is started"
                                + " until it is back: {}",
                        database,
                        e.getMessage());
            }
        } catch (NotOwnerException e) {
            LOG.debug("The ownership is lost", e);
        } catch (RuntimeException e) {
            LOG.error("The ownership could not be looked after", e);
        }
    }

    private void round(OwnerLock lock) throws SQLException {
        long sentAt = nanoTime.getAsLong();
        try {
            if (lock.isHeld()) {
                if (!fence.isOwner()) {
                    lock.touch();
                }
            } else if (lock.tryLock()) {
                waitingFor = 0;
                long now = nanoTime.getAsLong();
                lease.begin(fence.isOwner() || lock.wasReleased() ? now : now + LEASE.toNanos());
            } else {
                watch(lock, sentAt);
            }
            if (fence.isOwner()) {
                fence.verify(lock.epoch());
            }
        } catch (SQLException e) {
            lock.close();
            throw e;
        }
        if (lock.isHeld() && lease.renew(sentAt) && fence.isOwner()) {
            goesOn.run();
        }
    }

    private void watch(OwnerLock lock, long now) throws SQLException {
        Optional<OwnerLock.Holder> found = lock.holder();
        if (found.isEmpty()) {
            return;
        }
        OwnerLock.Holder holder = found.get();
        if (waitingFor != holder.pid()) {
            waitingFor = holder.pid();
            LOG.info("Another Posel ({}) owns the database {}; this one waits", holder.name(), database);
        }
        if (silence.lasts(holder.pid() + " " + holder.sign(), now)) {
            LOG.warn(
                    "The owner of the database {} ({}) shows no sign of life: its lock is taken",
                    database,
                    holder.name());
            lock.terminate(holder);
        }
    }

    /** Lets another process take over at once. Nothing may be sent or written any more. */
    @Override
    public synchronized void close() {
        timer.shutdown();
        if (lock == null) {
            if (fence.isOwner()) {
                releaseFile();
            }
            return;
        }
        try {
            if (lock.isHeld() && fence.isOwner()) {
                lock.release();
            }
        } catch (SQLException e) {
            LOG.debug("The next owner waits for the end of the lease", e);
        }
        lock.close();
    }

    private void releaseFile() {
        try (Connection connection = pool.getConnection()) {
            Fence.release(connection);
        } catch (SQLException e) {
            LOG.debug("The next start takes this end for a crash", e);
        }
    }
}
