package io.posel.delivery;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what is queued on disk, and the events of what is to be sent, many at once. On the dispatcher's thread alone;
 * holds the lock for moments, to bring what it has read, and never while it reads.
 *
 * <p>While the database is away that is told once. What answers after a while may be a replica that had not all of it, so
 * that places are given again: then all queues are read anew (G2).
 */
final class BacklogReader {
    private static final Logger LOG = LoggerFactory.getLogger(BacklogReader.class);

    private final Backlog backlog;
    private final RecentEvents events;
    private final Object lock;
    private final Scheduler scheduler;
    private final Runnable readAllAnew;
    /** Whether the database answered when it was last asked. */
    private boolean reachable = true;

    BacklogReader(Backlog backlog, RecentEvents events, Object lock, Scheduler scheduler, Runnable readAllAnew) {
        this.backlog = backlog;
        this.events = events;
        this.lock = lock;
        this.scheduler = scheduler;
        this.readAllAnew = readAllAnew;
    }

    /** Brings what a webhook wants into its lanes. */
    void read(WebhookQueue queue, Scheduler.Wanted wanted) throws SQLException {
        boolean done = false;
        try {
            List<Queued> refilled = new ArrayList<>();
            for (Lanes.Refill refill : wanted.refills()) {
                List<Queued> rows = backlog.lanePage(queue.webhookId, refill.laneKey(), refill.after(), refill.limit());
                synchronized (lock) {
                    queue.lanes.takeRefill(refill, rows, queue.unsettled());
                    scheduler.count(queue);
                }
                refilled.addAll(rows);
            }
            readAhead(refilled);
            if (wanted.page().isPresent()) {
                List<Queued> rows = backlog.page(queue.webhookId, wanted.page().getAsLong(), wanted.limit());
                synchronized (lock) {
                    queue.lanes.takePage(rows, rows.size() == wanted.limit(), queue.unsettled());
                    scheduler.count(queue);
                }
                readAhead(rows);
            }
            done = true;
        } finally {
            if (!done && wanted.page().isPresent()) {
                synchronized (lock) {
                    queue.lanes.notRead();
                }
            }
        }
    }

    /** Together, so that those which go soon are not read one by one. */
    private void readAhead(List<Queued> rows) throws SQLException {
        Set<Long> numbers = new LinkedHashSet<>();
        long size = 0;
        for (Queued row : rows) {
            size += row.weight();
            if (size > events.most() / 2) {
                break;
            }
            if (events.get(row.eventNo()) == null) {
                numbers.add(row.eventNo());
            }
        }
        if (!numbers.isEmpty()) {
            long asOf = events.erasures();
            backlog.events(numbers).forEach((no, event) -> events.put(no, event, asOf));
        }
    }

    /**
     * Brings the events of what is to be started.
     *
     * @return what cannot go, since its event cannot be read
     */
    List<Turn> readEvents(List<Turn> starts) {
        long asOf = events.erasures();
        Set<Long> missing = new LinkedHashSet<>();
        for (Turn start : starts) {
            Delivery delivery = start.delivery();
            if (delivery.event().isEmpty() && !delivery.isPostponed()) {
                StoredEvent recent = events.get(delivery.queued().eventNo());
                if (recent != null) {
                    delivery.about(recent, asOf);
                } else {
                    missing.add(delivery.queued().eventNo());
                }
            }
        }
        if (missing.isEmpty()) {
            return List.of();
        }
        try {
            Map<Long, StoredEvent> read = backlog.events(missing);
            answers();
            read.forEach((no, event) -> events.put(no, event, asOf));
            for (Turn start : starts) {
                StoredEvent event = read.get(start.delivery().queued().eventNo());
                if (event != null && start.delivery().event().isEmpty()) {
                    start.delivery().about(event, asOf);
                }
            }
            return List.of();
        } catch (SQLException | RuntimeException e) {
            failed("Events to be delivered cannot be read", e, true);
            return starts.stream()
                    .filter(start -> missing.contains(start.delivery().queued().eventNo())
                            && start.delivery().event().isEmpty())
                    .toList();
        }
    }

    /** The database was asked, and answered. */
    void answers() {
        if (!reachable) {
            reachable = true;
            LOG.info("The database answers again; deliveries go on");
            readAllAnew.run();
        }
    }

    /** @param away whether it is the database that failed, which is told once; else it is told each time */
    void failed(String what, Exception e, boolean away) {
        if (reachable || !away) {
            LOG.warn("{}, trying again: {}", what, e.toString());
        }
        if (away) {
            reachable = false;
        }
    }
}
