package io.posel.delivery;

import io.posel.event.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that is on its way: what one pass through the route {@code deliver-webhook} is about. Belongs to one
 * exchange and to one thread at a time.
 */
public final class Delivery {

    /** What all attempts of this run send. */
    public record Rendered(int webhookVersion, Event event, boolean late, OutgoingRequest request) {}

    /** The property of an exchange that holds the delivery which it is about. */
    public static final String PROPERTY = "delivery";

    private final Queued queued;
    private final List<Failure> failures = new ArrayList<>();
    private volatile boolean permit = true;
    private volatile boolean postponed;
    private volatile @Nullable Instant due;
    private volatile int answer;
    private @Nullable StoredEvent event;
    private long asOf;
    private boolean charged;
    private boolean waiting;
    private @Nullable Rendered rendered;
    private @Nullable Outcome outcome;
    private Outcome.@Nullable AttemptFailed lastFailure;
    private Instant attemptAt = Instant.EPOCH;
    private long attemptNanos;

    Delivery(Queued queued) {
        this.queued = queued;
    }

    public Queued queued() {
        return queued;
    }

    /** What goes on with this run later: attempts that failed stay counted (F2). */
    Queued again() {
        return queued.again(attempt() - 1, due);
    }

    /** The number of the attempt that runs or runs next, from 1, over restarts. */
    public int attempt() {
        return queued.attempts() + failures.size() + 1;
    }

    /** What it tells of, once it is read; empty if it is gone. */
    public Optional<StoredEvent> event() {
        return Optional.ofNullable(event);
    }

    /** @param erasures how often something had been erased before that was read */
    void about(StoredEvent told, long erasures) {
        event = told;
        asOf = erasures;
    }

    /** How often something had been erased when what it tells of was known to be there. */
    long asOf() {
        return asOf;
    }

    /** What it tells of is still there. */
    void isThere(long erasures) {
        asOf = erasures;
    }

    /** What it tells of, for people: the event and its entity, or until that was read the event's number. */
    public String subject() {
        return event == null
                ? "event no " + queued.eventNo()
                : "event " + event.event().id() + " of " + event.event().entity();
    }

    public void render(Rendered request) {
        rendered = request;
        if (event != null) {
            event = new StoredEvent(request.event, event.late(), 0);
        }
    }

    public Optional<Rendered> rendered() {
        return Optional.ofNullable(rendered);
    }

    public void attemptStarts(Instant at) {
        attemptAt = at;
        attemptNanos = System.nanoTime();
        answer = 0;
    }

    /** Our client got an answer to the request of this attempt. */
    void answered(int status) {
        answer = status;
    }

    /** The status that the receiver answered in this attempt; null while it has not. No step of a route can set it. */
    public @Nullable Integer answer() {
        int status = answer;
        return status == 0 ? null : status;
    }

    /** Whether the receiver took the request: nothing that follows makes a second one (F2). */
    public boolean isTaken() {
        return answer / 100 == 2;
    }

    public Instant attemptAt() {
        return attemptAt;
    }

    public int attemptMillis() {
        return attemptNanos == 0 ? 0 : (int) ((System.nanoTime() - attemptNanos) / 1_000_000);
    }

    public void failed(Failure failure) {
        failures.add(failure);
    }

    /** The failures since Posel started, in their order. */
    public List<Failure> failures() {
        return failures;
    }

    /** The failure after which nothing more is tried; it is settled together with the death. */
    public void endsWith(Outcome.AttemptFailed last) {
        lastFailure = last;
    }

    /** Null while there is something left to try. */
    public Outcome.@Nullable AttemptFailed lastFailure() {
        return lastFailure;
    }

    /** It cannot be tried now (the database is away, the webhook was switched off): it stays the next of its lane. */
    public void postpone() {
        postponed = true;
    }

    /** It waits for its next attempt in the queue, since too much waits in memory. */
    public void postponeUntil(Instant next) {
        due = next;
        postponed = true;
    }

    /** When a postponed delivery goes on, null if it was not said. */
    @Nullable
    Instant due() {
        return due;
    }

    public boolean isPostponed() {
        return postponed;
    }

    boolean hasPermit() {
        return permit;
    }

    void setPermit(boolean has) {
        permit = has;
    }

    /** Whether its size is counted among what is on its way. */
    boolean isCharged() {
        return charged;
    }

    void setCharged(boolean is) {
        charged = is;
    }

    /** Whether it waits for a redelivery in memory. */
    boolean isWaiting() {
        return waiting;
    }

    void setWaiting(boolean is) {
        waiting = is;
    }

    /** What it takes of the memory while it is on its way, in bytes. */
    long weight() {
        return queued.size() + (long) Limits.OVERHEAD;
    }

    /** How it ended; null while it has not. */
    public @Nullable Outcome outcome() {
        return outcome;
    }

    public void end(Outcome end) {
        outcome = end;
    }
}
