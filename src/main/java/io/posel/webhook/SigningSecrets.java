package io.posel.webhook;

import io.posel.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The signing secrets of one webhook, newest first. The newest signs without end, each older one for {@link #OVERLAP}
 * after it was replaced, so that receivers have time to change over.
 */
public record SigningSecrets(List<Entry> newestFirst) {
    public static final SigningSecrets NONE = new SigningSecrets(List.of());
    public static final Duration OVERLAP = Duration.ofHours(24);

    /** However often it is rotated in a day: a receiver must not get an endless header. */
    static final int MOST = 5;

    /** @param until null for the newest */
    public record Entry(SigningSecret secret, @Nullable Instant until) {
        public boolean signs(Instant now) {
            return until == null || now.isBefore(until);
        }
    }

    public SigningSecrets {
        newestFirst = List.copyOf(newestFirst);
    }

    public boolean isEmpty() {
        return newestFirst.isEmpty();
    }

    /** With a new first one; those that do not sign any more are gone. */
    public SigningSecrets rotated(SigningSecret next, Instant now) {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(next, null));
        for (Entry entry : newestFirst) {
            if (entry.signs(now) && entries.size() < MOST) {
                entries.add(entry.until == null ? new Entry(entry.secret, now.plus(OVERLAP)) : entry);
            }
        }
        return new SigningSecrets(entries);
    }

    /** Secrets included: what the store encrypts and keeps. */
    public Json toStored() {
        return Json.of(newestFirst.stream().map(SigningSecrets::toStored).toList());
    }

    private static Map<String, Object> toStored(Entry entry) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("secret", entry.secret.text());
        members.put("until", entry.until);
        return members;
    }

    /** @throws IllegalArgumentException if it is not what {@link #toStored} wrote */
    public static SigningSecrets fromStored(Json stored) {
        if (!(stored instanceof Json.Arr entries)) {
            throw new IllegalArgumentException("stored signing secrets are an array");
        }
        return new SigningSecrets(
                entries.items().stream().map(SigningSecrets::entry).toList());
    }

    private static Entry entry(Json stored) {
        if (stored instanceof Json.Obj members && members.get("secret") instanceof Json.Str secret) {
            return new Entry(
                    SigningSecret.parse(secret.value()),
                    members.get("until") instanceof Json.Str until ? Instant.parse(until.value()) : null);
        }
        throw new IllegalArgumentException("a stored signing secret lacks its text");
    }
}
