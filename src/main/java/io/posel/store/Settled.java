package io.posel.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A settled delivery that shall be sent again.
 *
 * @param sequence the producer's number, null if it gave none
 */
record Settled(UUID id, int run, String entity, @Nullable Long sequence) {

    /**
     * The deliveries, given in the order of acceptance, so that those of one entity that have numbers stand in the order
     * of these (F6) in the places that they had together.
     */
    static List<Settled> inOrder(List<Settled> accepted) {
        Map<String, List<Integer>> numbered = new HashMap<>();
        for (int i = 0; i < accepted.size(); i++) {
            if (accepted.get(i).sequence != null) {
                numbered.computeIfAbsent(accepted.get(i).entity, entity -> new ArrayList<>())
                        .add(i);
            }
        }
        List<Settled> inOrder = new ArrayList<>(accepted);
        for (List<Integer> places : numbered.values()) {
            List<Settled> sorted = places.stream()
                    .map(accepted::get)
                    .sorted(Comparator.comparing(each -> each.sequence == null ? 0L : each.sequence))
                    .toList();
            for (int i = 0; i < sorted.size(); i++) {
                inOrder.set(places.get(i), sorted.get(i));
            }
        }
        return inOrder;
    }
}
