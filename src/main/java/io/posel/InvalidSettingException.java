package io.posel;

/** A setting that Posel cannot start with; the message says which, and what is expected. */
public final class InvalidSettingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidSettingException(String message) {
        super(message);
    }
}
