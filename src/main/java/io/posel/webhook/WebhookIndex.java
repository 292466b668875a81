package io.posel.webhook;

import io.posel.event.Event;
import io.posel.template.Variables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All webhooks at one moment, ready to be asked who wants an event. Immutable; a change makes a new one.
 *
 * <p>Webhooks are found by event type and the values of their first condition, so that ten thousand webhooks of one
 * type, each for another shop, cost an event no more than the few that match.
 */
public final class WebhookIndex {
    private final Map<String, OfType> byType = new HashMap<>();

    /** @param webhooks deleted ones are left out; the order is kept in {@link #matching} */
    public WebhookIndex(Collection<Webhook> webhooks) {
        int position = 0;
        for (Webhook webhook : webhooks) {
            if (webhook.deletedAt() == null) {
                Entry entry = new Entry(position++, webhook);
                webhook.definition().events().forEach(type -> byType.computeIfAbsent(type, name -> new OfType())
                        .add(entry));
            }
        }
    }

    /**
     * Everyone who wants the event, in the order given. Disabled and expired ones are among them, because what they miss
     * is recorded (S1): see {@link #skipReason}. The one that an event of Posel's own is about is not.
     */
    public List<Webhook> matching(Event event) {
        OfType ofType = byType.get(event.type());
        List<Webhook> found = ofType == null ? List.of() : ofType.matching(event.variables());
        return Event.isOwn(event.type())
                ? found.stream()
                        .filter(webhook -> !webhook.id().equals(event.entity().id()))
                        .toList()
                : found;
    }

    /** How many webhooks have to be looked at closely for the event. */
    int candidates(Event event) {
        OfType ofType = byType.get(event.type());
        return ofType == null ? 0 : ofType.candidates(event.variables()).size();
    }

    /** Why nothing is sent, as deliveries record it: {@code deleted}, {@code expired} or {@code disabled}. */
    public static Optional<String> skipReason(Webhook webhook) {
        if (webhook.deletedAt() != null) {
            return Optional.of("deleted");
        } else if (webhook.expiredAt() != null) {
            return Optional.of("expired");
        }
        return webhook.definition().enabled() ? Optional.empty() : Optional.of("disabled");
    }

    private record Entry(int position, Webhook webhook) {}

    private static final class OfType {
        private final List<Entry> unconditional = new ArrayList<>();
        private final Map<String, Map<String, List<Entry>>> byFirstCondition = new HashMap<>();

        void add(Entry entry) {
            var conditions = entry.webhook().definition().filter().entrySet().iterator();
            if (!conditions.hasNext()) {
                unconditional.add(entry);
                return;
            }
            var first = conditions.next();
            var byValue = byFirstCondition.computeIfAbsent(first.getKey(), path -> new HashMap<>());
            first.getValue().stream().distinct().forEach(value -> byValue.computeIfAbsent(
                            value, text -> new ArrayList<>())
                    .add(entry));
        }

        List<Webhook> matching(Variables variables) {
            return candidates(variables).stream()
                    .filter(entry -> Matching.filterHolds(entry.webhook().definition(), variables))
                    .sorted(Comparator.comparingInt(Entry::position))
                    .map(Entry::webhook)
                    .toList();
        }

        private List<Entry> candidates(Variables variables) {
            List<Entry> found = new ArrayList<>(unconditional);
            byFirstCondition.forEach((path, byValue) ->
                    found.addAll(byValue.getOrDefault(Matching.text(variables.at(path)), List.of())));
            return found;
        }
    }
}
