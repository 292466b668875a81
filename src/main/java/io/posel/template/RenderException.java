package io.posel.template;

/**
 * A delivery that cannot be sent, because this event's data does not fit where its template wants it. Trying again with
 * the same data cannot help.
 *
 * <p>The message is one English sentence for people. It names variables and the header, never their values nor the
 * template's constant parts.
 */
public final class RenderException extends Exception {
    private static final long serialVersionUID = 1L;

    RenderException(String message) {
        super(message);
    }
}
