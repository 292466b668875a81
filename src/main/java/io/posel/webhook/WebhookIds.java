package io.posel.webhook;

import java.util.random.RandomGenerator;

/** Makes ids of webhooks: {@code wh_} and 80 random bits in base32 (RFC 4648), lower case. */
public final class WebhookIds {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LENGTH = 16;

    private final RandomGenerator random;

    /** @param random unpredictable, and safe for as many threads as call */
    public WebhookIds(RandomGenerator random) {
        this.random = random;
    }

    public String next() {
        StringBuilder id = new StringBuilder("wh_");
        for (int i = 0; i < LENGTH; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
