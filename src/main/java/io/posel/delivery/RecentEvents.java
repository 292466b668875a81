package io.posel.delivery;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the events that were stored or read last, so that those which are sent at once, or to several webhooks, are not
 * read for each. Few enough to die young: a collector copies what lives longer. Safe for use by many threads.
 */
public final class RecentEvents {
    private static final int OVERHEAD = 800;
    /** Parsed JSON, against its text. */
    private static final int EXPANSION = 6;

    private final long most;
    private final Map<Long, StoredEvent> events = new LinkedHashMap<>(16, 0.75f, true);
    private long size;
    private volatile long erasures;

    /** @param most bytes of memory that they may take */
    public RecentEvents(long most) {
        this.most = most;
    }

    /** How often something was erased: what was read before the last time may hold it. */
    public long erasures() {
        return erasures;
    }

    /** @param asOf the {@link #erasures} before it was read or stored; if there were more since, it is not kept */
    public synchronized void put(long no, StoredEvent event, long asOf) {
        if (asOf != erasures || weight(event.size()) > most) {
            return;
        }
        StoredEvent before = events.put(no, event);
        size += weight(event.size()) - (before == null ? 0 : weight(before.size()));
        var eldest = events.entrySet().iterator();
        while (size > most) {
            size -= weight(eldest.next().getValue().size());
            eldest.remove();
        }
    }

    /** What an event takes in memory, roughly. @param size of its data, in bytes of JSON */
    static long weight(int size) {
        return OVERHEAD + (long) EXPANSION * size;
    }

    long most() {
        return most;
    }

    public synchronized @Nullable StoredEvent get(long no) {
        return events.get(no);
    }

    /** Forgets these, whose data is erased on disk. */
    public synchronized void erased(Collection<Long> numbers) {
        for (Long no : numbers) {
            StoredEvent event = events.remove(no);
            size -= event == null ? 0 : weight(event.size());
        }
        erasures++;
    }

    /** Forgets all: what is on disk may be another database's now. */
    public synchronized void clear() {
        events.clear();
        size = 0;
    }
}
