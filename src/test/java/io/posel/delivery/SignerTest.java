package io.posel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.posel.webhook.SigningSecret;
import io.posel.webhook.SigningSecrets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SignerTest {
    private static final Instant NOW = Instant.ofEpochSecond(1614265330);
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final String TIMESTAMP = "1614265330";
    private static final String BODY = "{\"test\": 2432232314}";
    private static final SigningSecret SECRET = SigningSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    private final Signer signer = new Signer();

    private static SigningSecrets only(SigningSecret secret) {
        return SigningSecrets.NONE.rotated(secret, NOW);
    }

    @Test
    @DisplayName("the example of the Standard Webhooks specification")
    void example() {
        assertThat(signer.sign(only(SECRET), NOW, ID, TIMESTAMP, BODY.getBytes(UTF_8)))
                .hasValue("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void withoutASecretThereIsNoSignature() {
        assertThat(signer.sign(SigningSecrets.NONE, NOW, ID, TIMESTAMP, null)).isEmpty();
    }

    @Test
    void noBodyIsSignedAsAnEmptyOne() throws WebhookSigningException {
        assertThat(signer.sign(only(SECRET), NOW, ID, TIMESTAMP, null))
                .hasValue(new Webhook(SECRET.text()).sign(ID, NOW.getEpochSecond(), ""))
                .isEqualTo(signer.sign(only(SECRET), NOW, ID, TIMESTAMP, new byte[0]));
    }

    @Test
    void aBodyIsSignedByteByByte() throws WebhookSigningException {
        String body = "{\"name\": \"Žofie\", \"note\": \"a.b\"}";

        assertThat(signer.sign(only(SECRET), NOW, ID, TIMESTAMP, body.getBytes(UTF_8)))
                .hasValue(new Webhook(SECRET.text()).sign(ID, NOW.getEpochSecond(), body));
    }

    @Test
    void whileTheOneBeforeSignsAlongTheNewOneComesFirst() throws WebhookSigningException {
        SigningSecret next = SigningSecret.random(new Random(1));
        SigningSecrets both = only(SECRET).rotated(next, NOW);
        String newest = new Webhook(next.text()).sign(ID, NOW.getEpochSecond(), "");
        String older = new Webhook(SECRET.text()).sign(ID, NOW.getEpochSecond(), "");

        assertThat(signer.sign(both, NOW, ID, TIMESTAMP, null)).hasValue(newest + " " + older);
        assertThat(signer.sign(both, NOW.plus(Duration.ofHours(24)), ID, TIMESTAMP, null))
                .hasValue(newest);
    }

    @Test
    void threadsDoNotDisturbEachOther() throws InterruptedException, ExecutionException {
        SigningSecrets[] secrets = {only(SECRET), only(SigningSecret.random(new Random(2)))};
        List<String> alone = new ArrayList<>();
        for (SigningSecrets each : secrets) {
            alone.add(signer.sign(each, NOW, ID, TIMESTAMP, null).orElseThrow());
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int which = i % 2;
                all.add(threads.submit(() -> {
                    boolean same = true;
                    for (int n = 0; n < 5_000; n++) {
                        same &= signer.sign(secrets[which], NOW, ID, TIMESTAMP, null)
                                .orElseThrow()
                                .equals(alone.get(which));
                    }
                    return same;
                }));
            }
            for (Future<Boolean> each : all) {
                assertThat(each.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
