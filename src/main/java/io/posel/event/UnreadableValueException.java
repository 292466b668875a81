package io.posel.event;

/** A database value that has no JSON. */
final class UnreadableValueException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableValueException(String message) {
        super(message);
    }
}
