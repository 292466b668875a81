package io.posel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.event.EntityRef;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LaneKeyTest {
    private static final EntityRef CUSTOMER = new EntityRef("customer", "42");

    @Test
    @DisplayName("F6: the lane is the entity by default, its type in the stricter scope, or none")
    void scopes() {
        assertThat(LaneKey.of(Ordering.ENTITY, CUSTOMER)).isEqualTo("customer:42");
        assertThat(LaneKey.of(Ordering.ENTITY_TYPE, CUSTOMER)).isEqualTo("customer");
        assertThat(LaneKey.of(Ordering.NONE, CUSTOMER)).isNull();
        assertThat(LaneKey.of(Ordering.ENTITY, new EntityRef("a", "b:c"))).isEqualTo("a:b:c");
        assertThat(LaneKey.of(Ordering.ENTITY, new EntityRef("a:b", "c"))).isEqualTo("a\\:b:c");
        assertThat(LaneKey.of(Ordering.ENTITY, new EntityRef("a\\", ":b")))
                .isNotEqualTo(LaneKey.of(Ordering.ENTITY, new EntityRef("a:", "b")));
    }

    @Property
    @Label("F6: two lanes never have one key")
    void unambiguous(
            @ForAll("names") String type,
            @ForAll("names") String id,
            @ForAll("names") String otherType,
            @ForAll("names") String otherId) {
        EntityRef one = new EntityRef(type, id);
        EntityRef other = new EntityRef(otherType, otherId);

        assertThat(LaneKey.of(Ordering.ENTITY, one).equals(LaneKey.of(Ordering.ENTITY, other)))
                .isEqualTo(one.equals(other));
        assertThat(LaneKey.of(Ordering.ENTITY_TYPE, one).equals(LaneKey.of(Ordering.ENTITY_TYPE, other)))
                .isEqualTo(type.equals(otherType));
        assertThat(LaneKey.of(Ordering.ENTITY, one)).isNotEqualTo(LaneKey.of(Ordering.ENTITY_TYPE, other));
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings().withChars("a:\\").ofMinLength(1).ofMaxLength(3);
    }

    @Test
    void a_key_has_at_most_310_characters() {
        String fits = "i".repeat(310 - 9);

        assertThat(LaneKey.of(Ordering.ENTITY, new EntityRef("customer", fits)))
                .isEqualTo("customer:" + fits)
                .hasSize(310);
        assertThat(LaneKey.of(Ordering.ENTITY, new EntityRef("customer", fits + "1")))
                .hasSize(65)
                .isNotEqualTo(LaneKey.of(Ordering.ENTITY, new EntityRef("customer", fits + "2")));
        assertThat(LaneKey.of(Ordering.ENTITY_TYPE, new EntityRef(":".repeat(200), "1")))
                .hasSizeLessThanOrEqualTo(310);
    }
}
