package io.posel.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What has been told of a webhook that does not work.
 *
 * @param since the beginning of the failing that was told; null if none was, or its end was told too
 * @param warned the beginning of the last failing of which it was told that the webhook will expire
 * @param deaths how many deliveries died since the failing began, or in the one that is over; after an outage of the
 *     database it may count one twice
 */
public record Told(@Nullable Instant since, @Nullable Instant warned, int deaths) {
    public static final Told NOTHING = new Told(null, null, 0);
}
