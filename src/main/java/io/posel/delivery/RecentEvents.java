package io.posel.delivery;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the events that were stored or read last, so that those which are sent at once, or to several webhooks, are not
 * read for each. Bounded by the size of their data. Safe for use by many threads.
 */
public final class RecentEvents {
    /** What an event takes beside its data. */
    static final int OVERHEAD = 500;

    private final long most;
    private final Map<Long, StoredEvent> events = new LinkedHashMap<>(16, 0.75f, true);
    private long size;

    /** @param most bytes of data that are kept at most */
    public RecentEvents(long most) {
        this.most = most;
    }

    public synchronized void put(long no, StoredEvent event) {
        if (event.size() + OVERHEAD > most) {
            return;
        }
        StoredEvent before = events.put(no, event);
        size += event.size() + OVERHEAD - (before == null ? 0 : before.size() + OVERHEAD);
        var eldest = events.entrySet().iterator();
        while (size > most) {
            size -= eldest.next().getValue().size() + OVERHEAD;
            eldest.remove();
        }
    }

    long most() {
        return most;
    }

    public synchronized @Nullable StoredEvent get(long no) {
        return events.get(no);
    }

    /** Forgets all: what is on disk may be another database's now, or erased. */
    public synchronized void clear() {
        events.clear();
        size = 0;
    }
}
