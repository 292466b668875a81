package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AttemptThreadsTest {
    private final Executor threads = Threads.attempts("test");

    @Test
    void aChainStaysOnOneThreadAndNeedsNoStack() throws Exception {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        AtomicInteger left = new AtomicInteger(100_000);
        CountDownLatch end = new CountDownLatch(1);
        threads.execute(new Runnable() {
            @Override
            public void run() {
                used.add(Thread.currentThread());
                if (left.decrementAndGet() > 0) {
                    threads.execute(this);
                } else {
                    end.countDown();
                }
            }
        });

        assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(used).hasSize(1);
    }

    @Test
    void ofSeveralOnlyTheFirstWaits() throws Exception {
        CountDownLatch others = new CountDownLatch(2);
        AtomicInteger first = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        threads.execute(() -> {
            threads.execute(() -> {
                first.incrementAndGet();
                end.countDown();
            });
            threads.execute(others::countDown);
            threads.execute(others::countDown);
            await(others);
            assertThat(first).hasValue(0);
        });

        assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @DisplayName("D10: an interrupt of one attempt does not reach the next one on its thread")
    void forgetsInterrupts() throws Exception {
        CompletableFuture<Boolean> second = new CompletableFuture<>();
        threads.execute(() -> {
            threads.execute(() -> second.complete(Thread.currentThread().isInterrupted()));
            Thread.currentThread().interrupt();
        });

        assertThat(second.get(30, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void whatAFailedTaskGaveIsDoneAllTheSame() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Executor quiet = new AttemptThreads(task -> {
            Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((each, failure) -> {});
            thread.start();
        });
        quiet.execute(() -> {
            quiet.execute(end::countDown);
            throw new IllegalStateException("failed");
        });

        assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoeverComesWhileAllAreBusyDoesNotWait() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(8);
        CountDownLatch ended = new CountDownLatch(9);
        List<Runnable> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tasks.add(() -> {
                started.countDown();
                await(go);
                ended.countDown();
            });
        }
        tasks.forEach(threads::execute);
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        Thread ninth = new Thread(() -> threads.execute(ended::countDown));
        ninth.start();
        ninth.join(20_000);
        assertThat(ninth.isAlive()).isFalse();
        go.countDown();

        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody came");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
