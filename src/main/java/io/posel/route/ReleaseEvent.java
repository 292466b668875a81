package io.posel.route;

import io.posel.store.Accepted;
import io.posel.store.Intake;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Puts the deliveries of held events into the queue, in the order of the list. Many share a transaction. */
public final class ReleaseEvent implements Processor {
    private final Intake intake;

    public ReleaseEvent(Intake intake) {
        this.intake = intake;
    }

    /** @throws NotReleasedException if some of them are still held */
    @Override
    public void process(Exchange exchange) throws InvalidPayloadException {
        List<Accepted.Held> all = held(exchange);
        List<CompletableFuture<Void>> answers =
                all.stream().map(intake::release).toList();
        RuntimeException cause = failure(CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)));
        if (cause == null) {
            return;
        }
        List<Accepted.Held> left = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (!answers.get(i).isDone() || answers.get(i).isCompletedExceptionally()) {
                left.add(all.get(i));
            }
        }
        throw new NotReleasedException(left, cause);
    }

    private static @Nullable RuntimeException failure(CompletableFuture<?> answer) {
        try {
            Waiting.on(answer);
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    /** A held event, or a list of them. */
    static List<Accepted.Held> held(Exchange exchange) throws InvalidPayloadException {
        return exchange.getMessage().getBody() instanceof List<?>
                ? Bodies.listOf(Accepted.Held.class, exchange)
                : List.of(exchange.getMessage().getMandatoryBody(Accepted.Held.class));
    }
}
