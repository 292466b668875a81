package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.problem.ProblemException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SearchesTest {
    private final Connection connection = (Connection)
            Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Connection.class}, (p, m, a) -> null);
    private final Searches searches = new Searches((DataSource) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (p, m, a) -> connection));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Future<Integer>> running = new ArrayList<>();

    @AfterEach
    void stop() {
        end.countDown();
        threads.shutdownNow();
    }

    private void start(int count) {
        for (int i = 0; i < count; i++) {
            running.add(threads.submit(() -> searches.run(each -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new SQLException(e);
                }
                return 1;
            })));
        }
    }

    @Test
    @DisplayName("D1: few search at once, some wait, and whoever else comes is refused at once, to come again")
    void few() throws Exception {
        start(Searches.MOST + 8);
        await().until(() -> searches.waiting() == 8);

        assertThatThrownBy(() -> searches.run(each -> 1)).isInstanceOfSatisfying(ProblemException.class, problem -> {
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.errors().get(0).code()).isEqualTo("too-busy");
        });

        end.countDown();
        for (Future<Integer> each : running) {
            assertThat(each.get()).isEqualTo(1);
        }
        assertThat(searches.<Integer>run(each -> 2)).isEqualTo(2);
    }

    @Test
    @DisplayName("D1: a search that was stopped is told how to be narrowed, and leaves its place")
    void stopped() {
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> searches.run(each -> {
                        throw new SQLException("canceled", "57014");
                    }))
                    .isInstanceOfSatisfying(ProblemException.class, problem -> {
                        assertThat(problem.status()).isEqualTo(503);
                        assertThat(problem.errors().get(0).code()).isEqualTo("search-timeout");
                    })
                    .hasMessage(
                            "The search took longer than 5 s and was stopped. Narrow it: by webhook, entity, or time"
                                    + " (from, to).");
            assertThatThrownBy(() -> searches.run(each -> {
                        throw new SQLException("gone", "08006");
                    }))
                    .isInstanceOf(StoreUnavailableException.class);
        }
    }
}
