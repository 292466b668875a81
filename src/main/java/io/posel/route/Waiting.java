package io.posel.route;

import io.posel.store.Intake;
import io.posel.store.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the store. */
final class Waiting {

    private Waiting() {}

    /** @throws StoreUnavailableException if it does not answer in time: unknown whether it was done */
    static <T> T on(CompletableFuture<T> answer) {
        return on(answer, Intake.PATIENCE);
    }

    static <T> T on(CompletableFuture<T> answer, Duration patience) {
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new StoreUnavailableException(
                    "the database refused: " + e.getCause().getMessage(), e.getCause());
        } catch (TimeoutException e) {
            throw new StoreUnavailableException("the database does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("Posel is stopping", e);
        }
    }
}
