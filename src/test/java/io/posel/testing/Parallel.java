package io.posel.testing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does the same with each of many, several at a time, as answers are mostly waited for. */
public final class Parallel {
    private static final int THREADS = 8;

    private Parallel() {}

    /** Throws what the first of them threw. */
    public static <T> void each(Collection<T> all, Callback<T> callback) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            all.forEach(one -> tasks.add(() -> {
                callback.accept(one);
                return null;
            }));
            for (Future<Void> done : threads.invokeAll(tasks)) {
                done.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        } finally {
            threads.shutdown();
        }
    }

    @FunctionalInterface
    public interface Callback<T> {
        void accept(T one) throws Exception;
    }
}
