package io.posel.store;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * The place of an item in a list, as text that callers hand back unread. The place, not a number of items: what is added
 * or removed meanwhile neither repeats nor hides an item.
 *
 * @param key what the list is ordered by, then what tells equal ones apart
 */
public record Cursor(long key, String id) {
    private static final int MAX_LENGTH = 400;

    /** @throws IllegalArgumentException if the text was never a cursor */
    public static Cursor parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("too long");
        }
        String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
        List<String> parts = List.of(plain.split(":", 2));
        if (parts.size() != 2) {
            throw new IllegalArgumentException("not a cursor");
        }
        return new Cursor(Long.parseLong(parts.get(0)), parts.get(1));
    }

    /** Whether an item at this place comes after one at that, where smaller ones come first. */
    public boolean isBehind(Cursor other) {
        return key > other.key || key == other.key && id.compareTo(other.id) > 0;
    }

    @Override
    public String toString() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((key + ":" + id).getBytes(StandardCharsets.UTF_8));
    }
}
