package io.posel.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.posel.webhook.SigningSecret;
import io.posel.webhook.SigningSecrets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * Signs an attempt after the Standard Webhooks specification: HMAC-SHA256 over {@code id.timestamp.body}, written {@code
 * v1,} and base64, one for each secret that signs now, newest first, separated by a space. Covers neither URL nor method
 * nor other headers; of a GET, whose body is empty, it covers id and timestamp alone.
 */
public final class Signer {
    private static final Base64.Encoder BASE64 = Base64.getEncoder();

    /** To find one costs more than to sign with it. */
    private final ThreadLocal<Mac> macs = ThreadLocal.withInitial(Signer::mac);

    private static Mac mac() {
        try {
            return Mac.getInstance(SigningSecret.ALGORITHM);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + SigningSecret.ALGORITHM, e);
        }
    }

    /**
     * Adds {@code webhook-signature} over the id and the timestamp that stand in these headers, if something signs.
     *
     * @param now decides which secrets sign
     * @param body null for none
     */
    public void addTo(Map<String, String> headers, SigningSecrets secrets, Instant now, byte @Nullable [] body) {
        sign(secrets, now, headers.get("webhook-id"), headers.get("webhook-timestamp"), body)
                .ifPresent(signature -> headers.put("webhook-signature", signature));
    }

    /**
     * The value of {@code webhook-signature}, empty if nothing signs.
     *
     * @param now decides which secrets sign
     * @param id as in {@code webhook-id}
     * @param timestamp as in {@code webhook-timestamp}
     * @param body null for none
     */
    public Optional<String> sign(
            SigningSecrets secrets, Instant now, String id, String timestamp, byte @Nullable [] body) {
        if (secrets.isEmpty()) {
            return Optional.empty();
        }
        byte[] head = (id + '.' + timestamp + '.').getBytes(US_ASCII);
        StringBuilder signatures = new StringBuilder(48);
        for (SigningSecrets.Entry entry : secrets.newestFirst()) {
            if (entry.signs(now)) {
                signatures
                        .append(signatures.isEmpty() ? "v1," : " v1,")
                        .append(BASE64.encodeToString(sign(entry.secret(), head, body)));
            }
        }
        return Optional.of(signatures.toString());
    }

    private byte[] sign(SigningSecret secret, byte[] head, byte @Nullable [] body) {
        Mac mac = macs.get();
        try {
            mac.init(secret.key());
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("a signing secret is a key for " + SigningSecret.ALGORITHM, e);
        }
        mac.update(head);
        if (body != null) {
            mac.update(body);
        }
        return mac.doFinal();
    }
}
