package io.posel.delivery;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes starts down before anything is sent of which the process may die, for a while after a crash and as long as
 * {@link Caution} suspects somebody; in quiet times it writes nothing. Holds the lock for moments, never while it writes.
 */
final class CrashWatch {
    private static final Logger LOG = LoggerFactory.getLogger(CrashWatch.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final StartRecord record;
    private final Object lock;
    private final Timer timer;
    private final Caution caution;
    private final Quarantine quarantine;
    /** The process has not died for a while, which disk does not show yet. */
    private boolean calm;

    /** @param timer runs what it is given under the lock, and wakes the dispatcher's thread */
    CrashWatch(StartRecord record, Object lock, Timer timer, Scheduler scheduler) {
        this.record = record;
        this.lock = lock;
        this.timer = timer;
        this.caution = scheduler.caution;
        this.quarantine = scheduler.quarantine;
    }

    /** Before anything is started. */
    void begin() throws SQLException {
        StartRecord.Suspicion suspicion = record.read();
        synchronized (lock) {
            caution.begin(suspicion);
        }
        if (suspicion.crashed()) {
            LOG.warn(
                    "Posel did not end in order. For {} s each start is written down, so that a delivery that Posel dies"
                            + " of is found",
                    Caution.WATCH.toSeconds());
            timer.after(Caution.WATCH, () -> calm = true);
        }
    }

    /** Whether {@link #forgetCrashes} has something to do. Called under the lock. */
    boolean isCalm() {
        return calm;
    }

    /** Returns when all that may go now may be sent. */
    void writeDown(List<Turn> starts) throws SQLException {
        List<Queued> written;
        boolean isAlone;
        synchronized (lock) {
            if (caution.isIdle()) {
                return;
            }
            List<Delivery> goes = starts.stream()
                    .map(Turn::delivery)
                    .filter(each -> !each.isPostponed())
                    .toList();
            if (goes.stream().allMatch(each -> caution.mayGoUnwritten(each.queued()))) {
                return;
            }
            written = goes.stream()
                    .filter(each -> caution.concerns(each.queued()))
                    .map(Delivery::again)
                    .toList();
            isAlone = goes.size() == 1 && quarantine.isAlone(goes.get(0));
            caution.written(true); // until it is known to be not
        }
        record.starting(written, isAlone);
        synchronized (lock) {
            caution.written(isAlone);
        }
    }

    /** Removes from disk, once the process runs for a while, what is on its way no more. */
    void forgetCrashes() {
        synchronized (lock) {
            if (!calm) {
                return;
            }
            calm = false;
        }
        try {
            record.calm();
            synchronized (lock) {
                caution.calm();
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("The starts that were written down cannot be removed yet", e);
            timer.after(RETRY, () -> calm = true);
        }
    }
}
