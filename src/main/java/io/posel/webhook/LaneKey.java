package io.posel.webhook;

import io.posel.event.EntityRef;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Names the lane in which a delivery keeps its order (F6): {@code customer:42} for an entity, {@code customer} for an
 * entity type. Two different lanes never have the same key, also across orderings: a colon or backslash in the type is
 * escaped with a backslash.
 */
public final class LaneKey {
    /** No key is longer; what would be becomes a colon and its SHA-256. */
    public static final int MAX_LENGTH = 310;

    private LaneKey() {}

    /** Null where the delivery waits for no other. */
    public static @Nullable String of(Ordering ordering, EntityRef entity) {
        String type = entity.type().replace("\\", "\\\\").replace(":", "\\:");
        return switch (ordering) {
            case ENTITY -> bounded(type + ":" + entity.id());
            case ENTITY_TYPE -> bounded(type);
            case NONE -> null;
        };
    }

    private static String bounded(String key) {
        return key.length() <= MAX_LENGTH ? key : ":" + sha256(key);
    }

    private static String sha256(String key) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
