package io.posel.delivery;

import java.time.Duration;

/**
 * What bounds the dispatcher (G4, G5).
 *
 * @param concurrency requests in flight of a webhook that does not say
 * @param threads requests in flight in all
 * @param window deliveries of one webhook that are held, and as many that are on their way
 * @param lanePlaces of these, deliveries of one lane when the window is crowded
 * @param held deliveries of all webhooks together that are held; a webhook always has as many as a lane has
 * @param page deliveries read at once
 * @param bytes data of deliveries on their way, waiting redeliveries among them; one goes always
 * @param unsettled outcomes that are not on disk yet
 * @param longestWait how long a delivery waits for its next attempt at most, whatever time the clock shows since it was written
 */
public record Limits(
        int concurrency,
        int threads,
        int window,
        int lanePlaces,
        int held,
        int page,
        long bytes,
        int unsettled,
        Duration longestWait) {

    /** What a delivery on its way takes beside its data: its exchange and its request. */
    static final int OVERHEAD = 4_096;

    private static final int WINDOW = 1_000;
    private static final int LANE_PLACES = 8;
    private static final int HELD = 50_000;
    private static final int PAGE = 500;
    private static final int UNSETTLED = 10_000;
    private static final int HEAP_SHARE = 24;

    /** As they are in production: {@code heap} is the most memory that the process may use, in bytes. */
    public static Limits of(int concurrency, int threads, long heap, Duration longestWait) {
        return new Limits(
                concurrency,
                threads,
                WINDOW,
                LANE_PLACES,
                HELD,
                PAGE,
                Math.max(4_000_000, heap / HEAP_SHARE),
                UNSETTLED,
                longestWait);
    }
}
