package io.posel.store;

import io.posel.event.ContentHash;
import io.posel.event.Event;
import io.posel.json.JsonWeight;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event with the webhooks that wanted it when it came, and its data as it is stored. */
public final class Acceptance {
    private final Event event;
    private final List<Match> matches;
    private final byte[] data;
    private final int size;
    private final byte[] contentHash;

    /** @param matches is not copied, as it may be a view that takes less memory than its elements; must not change */
    public Acceptance(Event event, List<Match> matches) {
        this.event = event;
        this.matches = matches;
        this.data = event.data().toBytes();
        this.size = JsonWeight.of(data);
        this.contentHash = ContentHash.of(event);
    }

    public Event event() {
        return event;
    }

    public List<Match> matches() {
        return matches;
    }

    /** JSON in UTF-8. */
    byte[] data() {
        return data;
    }

    /** Bytes that its data take in memory. */
    int size() {
        return size;
    }

    /** Of the event: made where there are many threads, and not on the one that writes. */
    byte[] contentHash() {
        return contentHash;
    }

    /** Whether something is to be sent, now or when its number may go. */
    boolean sends() {
        for (Match match : matches) {
            if (match.skipReason() == null) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param laneKey what its order is kept by, null for none
     * @param skipReason why it is recorded but not sent, null if it is sent
     */
    public record Match(
            String webhookId,
            @Nullable String laneKey,
            @Nullable String skipReason) {}
}
