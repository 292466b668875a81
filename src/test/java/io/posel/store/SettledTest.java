package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SettledTest {

    @Test
    @DisplayName("F6: numbered events of one entity are sent in the order of their numbers, in the places they had")
    void numbers_rule_within_an_entity() {
        Settled a3 = settled("a", 3L);
        Settled b2 = settled("b", 2L);
        Settled plain = settled("a", null);
        Settled a1 = settled("a", 1L);
        Settled b1 = settled("b", 1L);
        Settled a2 = settled("a", 2L);

        assertThat(Settled.inOrder(List.of(a3, b2, plain, a1, b1, a2))).containsExactly(a1, b1, plain, a2, b2, a3);
    }

    @Test
    void without_numbers_the_order_of_acceptance_stays() {
        List<Settled> accepted = List.of(settled("b", null), settled("a", null), settled("b", null));

        assertThat(Settled.inOrder(accepted)).isEqualTo(accepted);
    }

    private static Settled settled(String entity, Long sequence) {
        return new Settled(UUID.randomUUID(), 1, entity, sequence);
    }
}
