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

    private final Queued queued;
    private final List<Failure> failures = new ArrayList<>();
    private volatile boolean permit = true;
    private volatile boolean postponed;
    private @Nullable Event event;
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
        return new Queued(
                queued.id(),
                queued.webhookId(),
                queued.eventNo(),
                queued.pos(),
                queued.laneKey(),
                queued.run(),
                attempt() - 1,
                null);
    }

    /** The number of the attempt that runs or runs next, from 1, over restarts. */
    public int attempt() {
        return queued.attempts() + failures.size() + 1;
    }

    /** What it tells of, known before the request is rendered, which may fail. */
    public void about(Event told) {
        event = told;
    }

    /** What it tells of, for people: the event and its entity, or until that was read the event's number. */
    public String subject() {
        return event == null ? "event no " + queued.eventNo() : "event " + event.id() + " of " + event.entity();
    }

    public void render(Rendered request) {
        rendered = request;
    }

    public Optional<Rendered> rendered() {
        return Optional.ofNullable(rendered);
    }

    public void attemptStarts(Instant at) {
        attemptAt = at;
        attemptNanos = System.nanoTime();
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

    public boolean isPostponed() {
        return postponed;
    }

    boolean hasPermit() {
        return permit;
    }

    void setPermit(boolean has) {
        permit = has;
    }

    /** How it ended; null while it has not. */
    public @Nullable Outcome outcome() {
        return outcome;
    }

    public void end(Outcome end) {
        outcome = end;
    }
}
