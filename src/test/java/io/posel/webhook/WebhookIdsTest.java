package io.posel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WebhookIdsTest {

    @Test
    void an_id_is_sixteen_characters_of_base32_behind_its_prefix() {
        WebhookIds ids = new WebhookIds(new Random(1));
        Set<String> seen = new HashSet<>();
        Set<Integer> characters = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String id = ids.next();
            assertThat(id).matches("wh_[a-z2-7]{16}");
            assertThat(seen.add(id)).isTrue();
            id.substring(3).chars().forEach(characters::add);
        }
        assertThat(characters).hasSize(32);
    }

    @Test
    void the_randomness_is_the_one_given() {
        assertThat(new WebhookIds(new Random(7)).next()).isEqualTo(new WebhookIds(new Random(7)).next());
    }
}
