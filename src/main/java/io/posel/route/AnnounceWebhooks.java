package io.posel.route;

import io.posel.event.Event;
import io.posel.store.Accepted;
import io.posel.store.Announcements;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * Hands in what is to be told of webhooks as events, and forgets it when they are accepted. A failure in between leaves
 * it where it is, so that it is handed in again, as a duplicate.
 */
public final class AnnounceWebhooks {
    private final Announcements announcements;

    public AnnounceWebhooks(Announcements announcements) {
        this.announcements = announcements;
    }

    /** Makes the message what is to be told; the property {@code announcements} says how much that is. */
    public void read(Exchange exchange) {
        List<Event> waiting = announcements.waiting();
        exchange.setProperty("announcements", waiting.size());
        exchange.getMessage().setBody(new OwnEvents(waiting));
    }

    /** Forgets what has been accepted, now or before. */
    public void forget(Exchange exchange) {
        announcements.forget(Bodies.listOf(Accepted.class, exchange).stream()
                .map(accepted -> accepted.event().id())
                .toList());
    }
}
