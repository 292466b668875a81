package io.posel;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs what one of its own tasks gives it on the thread of that task, as soon as that is over: a chain of attempts stays
 * on one thread, which is warm, instead of waking another one for each.
 *
 * <p>So a task may give another one only at its very end. Of several the first stays, the others get threads of their own.
 */
final class AttemptThreads implements Executor {
    private final ThreadLocal<AttemptThreads.Chain> chains = new ThreadLocal<>();
    private final Executor threads;

    private static final class Chain {
        private @Nullable Runnable next;
    }

    /** @param threads runs each task on a thread of its own */
    AttemptThreads(Executor threads) {
        this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
        Chain chain = chains.get();
        if (chain != null && chain.next == null) {
            chain.next = task;
        } else {
            threads.execute(() -> run(task));
        }
    }

    private void run(Runnable first) {
        Chain chain = new Chain();
        chains.set(chain);
        try {
            for (Runnable task = first; task != null; task = chain.next) {
                chain.next = null;
                task.run();
                Thread.interrupted(); // what a task was told does not concern the next one
            }
        } finally {
            chains.remove();
            Runnable left = chain.next;
            if (left != null) { // the task before it failed
                threads.execute(() -> run(left));
            }
        }
    }
}
