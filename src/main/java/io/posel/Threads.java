package io.posel;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** How the threads of Posel are made: daemons with a name that are never interrupted. */
final class Threads {
    private Threads() {}

    /** @param waiting how much may wait for a thread; what is more is refused */
    static ThreadPoolExecutor pool(String name, int threads, int waiting) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(waiting), daemon(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * Threads for attempts, as many as are asked for at once: virtual ones where Java has them (21 and later), else the
     * system's. Of these the one that rested last is taken first, so that no more are kept warm than are needed. Whoever
     * asks bounds them, and never waits here.
     */
    static Executor attempts(String name) {
        return new AttemptThreads(virtual(name)
                .orElseGet(() -> new ThreadPoolExecutor(
                        0, Integer.MAX_VALUE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), daemon(name))));
    }

    private static Optional<Executor> virtual(String name) {
        if (Runtime.version().feature() < 21) {
            return Optional.empty();
        }
        try {
            // the program is compiled for 17: Thread.ofVirtual().name(name, 1).factory()
            Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
            Object named = builder.getMethod("name", String.class, long.class)
                    .invoke(Thread.class.getMethod("ofVirtual").invoke(null), name + "-", 1L);
            ThreadFactory factory = (ThreadFactory) builder.getMethod("factory").invoke(named);
            return Optional.of(task -> factory.newThread(task).start());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java says it has virtual threads, but it has none", e);
        }
    }

    static ScheduledThreadPoolExecutor timer(String name, int threads) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(threads, daemon(name));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    private static ThreadFactory daemon(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
