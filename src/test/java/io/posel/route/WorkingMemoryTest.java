package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultUnitOfWork;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WorkingMemoryTest {
    private static final int MEGABYTE = 1024 * 1024;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final WorkingMemory memory = new WorkingMemory(10 * MEGABYTE, 2, Duration.ofMinutes(10));
    private final List<Exchange> exchanges = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        exchanges.forEach(WorkingMemoryTest::complete);
        threads.shutdownNow();
        context.stop();
    }

    private Exchange exchange() {
        Exchange exchange = new DefaultExchange(context);
        exchange.getExchangeExtension().setUnitOfWork(new DefaultUnitOfWork(exchange));
        exchanges.add(exchange);
        return exchange;
    }

    private static void complete(Exchange exchange) {
        if (exchange.getUnitOfWork() != null) {
            exchange.getUnitOfWork().done(exchange);
        }
    }

    @Test
    @DisplayName("D3: what exchanges take together is bounded, and given back when they are complete")
    void bounded() {
        Exchange first = exchange();
        memory.take(first, 6 * MEGABYTE);
        Exchange second = exchange();
        Future<?> waits = threads.submit(() -> memory.take(second, 6 * MEGABYTE));
        await().until(() -> memory.waiting() == 1);
        assertThat(memory.free()).isEqualTo(4L * MEGABYTE);
        assertThat(waits).isNotDone();

        complete(first);

        await().until(waits::isDone);
        assertThat(memory.free()).isEqualTo(4L * MEGABYTE);
        complete(second);
        assertThat(memory.free()).isEqualTo(10L * MEGABYTE);
    }

    @Test
    @DisplayName("D3: one alone gets what it asks for, and then has all")
    void oneAlone() {
        Exchange large = exchange();
        memory.take(large, 50L * MEGABYTE);
        assertThat(memory.free()).isZero();

        complete(large);
        assertThat(memory.free()).isEqualTo(10L * MEGABYTE);
    }

    @Test
    @DisplayName("D3: small requests neither wait nor count")
    void small() {
        memory.take(exchange(), 10 * MEGABYTE);

        assertThatCode(() -> memory.take(exchange(), WorkingMemory.SMALL)).doesNotThrowAnyException();
        assertThatCode(() -> memory.takeToParse(exchange(), new byte[1_000])).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("D3: no more than a few threads wait; whoever else comes is refused at once, to come again")
    void fewWait() {
        memory.take(exchange(), 10 * MEGABYTE);
        for (int i = 0; i < 2; i++) {
            Exchange waiting = exchange();
            threads.submit(() -> memory.take(waiting, MEGABYTE));
        }
        await().until(() -> memory.waiting() == 2);

        Exchange third = exchange();
        Future<?> refused = threads.submit(() -> memory.take(third, MEGABYTE));
        await().atMost(Duration.ofMinutes(1)).until(refused::isDone);
        assertThatThrownBy(refused::get).cause().isInstanceOfSatisfying(ProblemException.class, problem -> {
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.errors().get(0).code()).isEqualTo("too-busy");
        });
    }

    @Test
    @DisplayName("D3: who has some does not wait for more, so that no two wait for each other")
    void moreOfIt() {
        Exchange first = exchange();
        memory.take(first, 4 * MEGABYTE);
        memory.take(exchange(), 4 * MEGABYTE);

        memory.take(first, MEGABYTE);
        assertThat(memory.free()).isEqualTo(MEGABYTE);
        assertThatThrownBy(() -> memory.take(first, 2 * MEGABYTE)).isInstanceOf(ProblemException.class);
        complete(first);
        assertThat(memory.free()).isEqualTo(6L * MEGABYTE);
    }

    @Test
    @DisplayName("D3: what the store still holds stays taken when its caller waits no longer")
    void heldForTheStore() {
        Exchange exchange = exchange();
        memory.take(exchange, 4 * MEGABYTE);
        CompletableFuture<String> stored = new CompletableFuture<>();
        WorkingMemory.hold(exchange, stored);

        complete(exchange);
        assertThat(memory.free()).isEqualTo(6L * MEGABYTE);
        stored.complete("");
        assertThat(memory.free()).isEqualTo(10L * MEGABYTE);
    }

    @Test
    @DisplayName("D3: a text takes what it takes as parsed JSON, and its copies")
    void parsed() {
        byte[] numbers = ("[" + "-1,".repeat(50_000) + "-1]").getBytes(StandardCharsets.UTF_8);
        Exchange exchange = exchange();

        memory.takeToParse(exchange, numbers);

        assertThat(10L * MEGABYTE - memory.free()).isBetween(3L * MEGABYTE, 5L * MEGABYTE);
    }

    @Test
    @DisplayName("D3: what no limit bounds is refused with advice if it takes more than there is")
    void refused() {
        assertThatThrownBy(() -> memory.takeOrRefuse(exchange(), "the answer", 21L * MEGABYTE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the answer takes about 21 MB of memory once it is read, which is more than 20 MB: ask for fewer"
                                + " items at a time, or give Posel more memory (-Xmx)");
        memory.takeOrRefuse(exchange(), "the answer", 20L * MEGABYTE);
        assertThat(memory.free()).isZero();
    }
}
