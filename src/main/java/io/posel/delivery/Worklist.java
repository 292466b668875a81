package io.posel.delivery;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which webhooks are to be looked at, in the order in which that was asked for: each stands here once, however often it
 * was asked for. Those that want what all share wait aside until there is some.
 *
 * <p>Invariant: who could go on but for what all share is hungry or crowded out, or to be looked at; so nobody is
 * forgotten when somebody gives something back. Under the dispatcher's lock.
 */
final class Worklist {
    private final LinkedHashSet<String> dirty = new LinkedHashSet<>();
    /** Could start something; in the order in which it is their turn. */
    private final LinkedHashSet<String> hungry = new LinkedHashSet<>();
    /** Could read more. */
    private final Set<String> crowdedOut = new LinkedHashSet<>();

    void add(String webhookId) {
        dirty.add(webhookId);
    }

    void addAll(Collection<String> webhookIds) {
        dirty.addAll(webhookIds);
    }

    boolean isEmpty() {
        return dirty.isEmpty();
    }

    Optional<String> poll() {
        var first = dirty.iterator();
        if (!first.hasNext()) {
            return Optional.empty();
        }
        String webhookId = first.next();
        first.remove();
        return Optional.of(webhookId);
    }

    /** Something may be started: the webhook whose turn it is comes next. */
    void feed() {
        if (!hungry.isEmpty()) {
            dirty.add(hungry.iterator().next());
        }
    }

    boolean isAnyHungry() {
        return !hungry.isEmpty();
    }

    /**
     * The webhook has started what it may. If it leaves some, the one behind it comes next.
     *
     * @param started whether that was anything, so that its turn is over
     * @param isHungry whether it could start more
     */
    void fed(String webhookId, boolean started, boolean isHungry) {
        if (started || !isHungry) {
            hungry.remove(webhookId);
        }
        if (isHungry) {
            hungry.add(webhookId);
        } else {
            feed();
        }
    }

    /** The webhook may hold nothing more, since all together hold as many as they may. */
    void crowdedOut(String webhookId) {
        crowdedOut.add(webhookId);
    }

    /** Fewer are held now. */
    void roomAgain() {
        if (!crowdedOut.isEmpty()) {
            dirty.addAll(crowdedOut);
            crowdedOut.clear();
        }
    }
}
