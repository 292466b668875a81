package io.posel.event;

/** The name of a polled source: one half of the idempotency key, so it must always be storable. */
final class SourceName {
    private static final int MAX = 100;

    private SourceName() {}

    static String checked(String name) {
        if (name.isEmpty() || name.length() > MAX || Checks.firstBad(name) >= 0) {
            throw new IllegalArgumentException(
                    "The name of a source needs 1 to " + MAX + " characters and no control characters");
        }
        return name;
    }
}
