package io.posel.webhook;

import static io.posel.webhook.Example.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningSecretsTest {
    private static final Duration DAY = Duration.ofHours(24);

    private final SigningSecret first = SigningSecret.random(new Random(1));
    private final SigningSecret second = SigningSecret.random(new Random(2));
    private final SigningSecret third = SigningSecret.random(new Random(3));

    private static List<SigningSecret> signing(SigningSecrets secrets, Instant now) {
        return secrets.newestFirst().stream()
                .filter(entry -> entry.signs(now))
                .map(SigningSecrets.Entry::secret)
                .toList();
    }

    @Test
    void theOnlyOneSignsWithoutEnd() {
        SigningSecrets secrets = SigningSecrets.NONE.rotated(first, NOW);

        assertThat(signing(secrets, NOW.plus(Duration.ofDays(10_000)))).containsExactly(first);
    }

    @Test
    void theOneBeforeSignsAlongForADayBehindTheNewOne() {
        SigningSecrets secrets = SigningSecrets.NONE.rotated(first, NOW).rotated(second, NOW);

        assertThat(signing(secrets, NOW.plus(DAY).minusMillis(1))).containsExactly(second, first);
        assertThat(signing(secrets, NOW.plus(DAY))).containsExactly(second);
    }

    @Test
    void anotherRotationDoesNotLengthenTheDayOfTheOneBefore() {
        Instant later = NOW.plus(Duration.ofHours(1));
        SigningSecrets secrets =
                SigningSecrets.NONE.rotated(first, NOW).rotated(second, NOW).rotated(third, later);

        assertThat(signing(secrets, NOW.plus(DAY).minusMillis(1))).containsExactly(third, second, first);
        assertThat(signing(secrets, NOW.plus(DAY))).containsExactly(third, second);
    }

    @Test
    void whatDoesNotSignAnyMoreIsForgotten() {
        SigningSecrets secrets =
                SigningSecrets.NONE.rotated(first, NOW).rotated(second, NOW).rotated(third, NOW.plus(DAY));

        assertThat(secrets.newestFirst())
                .extracting(SigningSecrets.Entry::secret)
                .containsExactly(third, second);
    }

    @Test
    void howeverOftenItIsRotatedInADayTheHeaderStaysShort() {
        SigningSecrets secrets = SigningSecrets.NONE;
        for (int i = 0; i < 20; i++) {
            secrets = secrets.rotated(SigningSecret.random(new Random(i)), NOW);
        }

        assertThat(signing(secrets, NOW)).hasSize(5).startsWith(SigningSecret.random(new Random(19)));
    }

    @Test
    void whatIsStoredReadsBack() throws JsonSyntaxException {
        SigningSecrets secrets = SigningSecrets.NONE.rotated(first, NOW).rotated(second, NOW);

        assertThat(SigningSecrets.fromStored(Json.parse(secrets.toStored().toBytes())))
                .isEqualTo(secrets);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[{}]", "[1]", "[{\"secret\":null}]", "[{\"secret\":\"x\"}]"})
    void somethingElseDoesNot(String stored) {
        assertThatThrownBy(() -> SigningSecrets.fromStored(Json.parse(stored.getBytes())))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
