package io.posel.template;

/**
 * How long a rendered request may get: a template that names a variable often multiplies what an event brings, and must
 * not fill the memory with it.
 */
public final class Room {
    /** In bytes, of URL, headers and body together. */
    public static final int MOST = 8_000_000;

    private Room() {}

    /** @param bytes or characters, which are no more than those
     * @throws RenderException if that many are too many already */
    public static void require(int bytes) throws RenderException {
        if (bytes > MOST) {
            throw new RenderException("The request cannot be sent: with this event's data it has more than " + MOST
                    + " bytes. Name fewer or shorter variables in the webhook.");
        }
    }
}
