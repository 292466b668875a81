package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.delivery.Failure.Kind;
import io.posel.testing.Answer;
import io.posel.testing.Receiver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** F2: what never left is no attempt, whatever kept it; what may have left is one. */
@Timeout(60)
class NotBegunTest {
    /** For what is not about time: no pause of a busy machine lasts so long. */
    private static final Duration AMPLE = Duration.ofSeconds(30);

    private static final Duration SHORT = Duration.ofMillis(300);

    private final Alarms alarms = new Alarms();
    private Receiver receiver;
    private ServerSocket silent;

    @BeforeEach
    void start() throws IOException {
        receiver = Receiver.start().answer(Answer.hang());
        silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    }

    @AfterEach
    void stop() throws IOException {
        receiver.close();
        silent.close();
        alarms.shutdownNow();
    }

    @ParameterizedTest
    @DisplayName("D10: whose wait for a connection is overdue has not been begun, through a proxy either")
    @ValueSource(booleans = {false, true})
    void overdue(boolean proxied) throws Exception {
        try (DeliveryClient client = client(AMPLE, proxied)) {
            takeTheConnection(client);

            assertNotBegun(failure(client, receiver()), "no free connection");
        }
    }

    @ParameterizedTest
    @DisplayName("D10: whose time is over while it waits for a connection has not been begun")
    @ValueSource(booleans = {false, true})
    void outOfTime(boolean proxied) throws Exception {
        try (DeliveryClient client = client(SHORT, proxied)) {
            alarms.more = AMPLE;
            takeTheConnection(client);
            alarms.more = Duration.ZERO;

            assertNotBegun(failure(client, receiver()), "no free connection");
        }
    }

    @ParameterizedTest
    @DisplayName("D10: who is interrupted while it waits for a connection has not been begun")
    @ValueSource(booleans = {false, true})
    void interruptedWhileItWaits(boolean proxied) throws Exception {
        try (DeliveryClient client = client(AMPLE, proxied)) {
            takeTheConnection(client);

            assertNotBegun(interrupted(client, receiver(), () -> {}), "interrupted");
        }
    }

    @Test
    @DisplayName("D10: who is interrupted before its request is written has not been begun")
    void interruptedInTheHandshake() throws Exception {
        try (DeliveryClient client = client(AMPLE, false)) {
            assertNotBegun(interrupted(client, silent(), () -> silent.accept()), "interrupted");
        }
    }

    @Test
    @DisplayName("D10: who is interrupted while it waits for the answer was an attempt, and lets no webhook expire")
    void interruptedAfterwards() throws Exception {
        try (DeliveryClient client = client(AMPLE, false)) {
            Failure failure = interrupted(client, receiver(), () -> await().until(
                            () -> receiver.requests().size() == 1));

            assertThat(failure.kind()).isEqualTo(Kind.INTERNAL);
            assertThat(failure.isAttempt()).isTrue();
            assertThat(failure.sent()).isFalse();
        }
    }

    @Test
    @DisplayName("D10: who stood still with the whole process before its request was written has not been begun")
    void stoodStill() throws Exception {
        try (DeliveryClient client = client(SHORT, false)) {
            alarms.more = Duration.ofMillis(700);

            assertNotBegun(failure(client, new HttpHost("http", "slow.example", receiver.port())), "stood still");
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @Test
    @DisplayName("D10: a receiver that says nothing in the handshake was tried")
    void silentReceiver() throws Exception {
        try (DeliveryClient client = client(AMPLE.dividedBy(15), false)) {
            Failure failure = failure(client, silent());

            assertThat(failure.isTimeout()).isTrue();
            assertThat(failure.isAttempt()).isTrue();
            assertThat(failure.sent()).isTrue();
        }
    }

    @Test
    @DisplayName("D10: what was written before the process stood still was an attempt")
    void stoodStillAfterwards() throws Exception {
        try (DeliveryClient client = client(SHORT, false)) {
            alarms.more = Duration.ofMillis(700);

            assertThat(failure(client, receiver()).kind()).isEqualTo(Kind.TIMEOUT);
            assertThat(receiver.requests()).hasSize(1);
        }
    }

    @Test
    @DisplayName("D10: what comes when Posel is ending has not been begun")
    void ending() throws Exception {
        try (DeliveryClient client = client(AMPLE, false)) {
            alarms.shutdownNow();

            assertNotBegun(failure(client, receiver()), "stopping");
        }
    }

    @Test
    @DisplayName("D10: for whom the pool is closed has not been begun")
    void closed() throws Exception {
        DeliveryClient client = client(AMPLE, false);
        client.close();

        assertNotBegun(failure(client, receiver()), "stopping");
    }

    @Test
    @DisplayName("D10: an error in one exchange closes the connections of nobody else")
    void error() throws Exception {
        receiver.answer(Answer.status(500));
        try (DeliveryClient client = client(AMPLE, false)) {
            assertThatThrownBy(() -> failure(client, new HttpHost("http", "deep.example", receiver.port())))
                    .isInstanceOf(StackOverflowError.class);
            HttpPost request = new HttpPost("/");

            assertThat(client.executeOpen(receiver(), request, null).getCode()).isEqualTo(500);
        }
    }

    private static void assertNotBegun(Failure failure, String reason) {
        assertThat(failure.kind()).as(failure.reason()).isEqualTo(Kind.OVERLOAD);
        assertThat(failure.reason()).contains(reason);
        assertThat(failure.isAttempt()).isFalse();
        assertThat(failure.sent()).isFalse();
        assertThat(failure.retryable()).isTrue();
    }

    private HttpHost receiver() {
        return new HttpHost("http", "127.0.0.1", receiver.port());
    }

    private HttpHost silent() {
        return new HttpHost("https", "127.0.0.1", silent.getLocalPort());
    }

    /** It has one. */
    private void takeTheConnection(DeliveryClient client) {
        CompletableFuture.runAsync(() -> failure(client, receiver()));
        await().until(() -> receiver.requests().size() == 1);
    }

    private interface Moment {
        void await() throws Exception;
    }

    private static Failure interrupted(DeliveryClient client, HttpHost target, Moment moment) throws Exception {
        CompletableFuture<Failure> failed = new CompletableFuture<>();
        Thread sender = new Thread(() -> failed.complete(failure(client, target)));
        sender.start();
        moment.await();
        await().until(() -> sender.getState() != Thread.State.NEW);
        sender.interrupt();
        return failed.get(AMPLE.toSeconds(), TimeUnit.SECONDS);
    }

    private static Failure failure(DeliveryClient client, HttpHost target) {
        HttpPost request = new HttpPost("/");
        request.setEntity(new StringEntity("{}"));
        try {
            throw new AssertionError(
                    "answered " + client.executeOpen(target, request, null).getCode());
        } catch (IOException | RuntimeException e) {
            return Failure.of(e, InstantSource.system());
        }
    }

    private DeliveryClient client(Duration limit, boolean proxied) throws IOException {
        @Nullable OutgoingProxy proxy = proxied ? OutgoingProxy.parse(receiver.url("")) : null;
        AddressPolicy policy = new AddressPolicy(Cidr.parseList("127.0.0.0/8"), null, () -> 0);
        DeliveryResolver resolver = new DeliveryResolver(policy, this::lookup, Runnable::run, Duration.ofSeconds(3));
        return new DeliveryClient(
                new DeliveryClient.Settings(1, AMPLE, limit, "0.1.0", proxy, null, false, Duration.ofMinutes(1)),
                resolver,
                alarms);
    }

    private InetAddress[] lookup(String host) throws UnknownHostException {
        switch (host) {
            case "slow.example" -> await().until(() -> alarms.getCompletedTaskCount() > 0);
            case "deep.example" -> throw new StackOverflowError();
            default -> {}
        }
        return InetAddress.getAllByName("127.0.0.1");
    }

    /** Comes late if the process stands still. */
    private static final class Alarms extends ScheduledThreadPoolExecutor {
        private volatile Duration more = Duration.ZERO;

        Alarms() {
            super(1);
            setRemoveOnCancelPolicy(true);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable alarm, long delay, TimeUnit unit) {
            return super.schedule(alarm, unit.toNanos(delay) + more.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
