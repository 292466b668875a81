package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class DeliveryResolverTest {
    private final AddressPolicy policy = new AddressPolicy(List.of(), null, () -> 8080);
    private final ExecutorService lookups = Executors.newFixedThreadPool(2);
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void stop() {
        end.countDown();
        lookups.shutdown();
    }

    @ParameterizedTest
    @DisplayName("trap InetAddress: a denied address is refused in every notation that leads to it")
    @ValueSource(
            strings = {
                "127.0.0.1",
                "2130706433",
                "127.1",
                "127.0.1",
                "0x7f.0.0.1",
                "0x7f000001",
                "0",
                "localhost",
                "::1",
                "[::1]",
                "::ffff:127.0.0.1",
                "[::ffff:7f00:1]",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "169.254.169.254",
                "[fe80::1]"
            })
    void refusesEveryNotation(String host) {
        // refused, or, where the name service does not know such a notation, unknown
        assertThatThrownBy(() -> resolver(InetAddress::getAllByName).resolve(host, 80))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    @DisplayName("one denied address among public ones refuses the name")
    void checksEveryAddress() {
        DeliveryResolver resolver = resolver(host -> addresses("93.184.215.14", "10.0.0.1"));

        assertThatThrownBy(() -> resolver.resolve("mixed.example", 443))
                .isInstanceOf(AddressRefusedException.class)
                .hasMessageContaining("10.0.0.1")
                .hasMessageContaining("POSEL_DELIVERY_ALLOW");
        assertThatThrownBy(() -> resolver.resolve("mixed.example")).isInstanceOf(AddressRefusedException.class);
        assertThat(resolver.refusal("mixed.example", 443)).isPresent();
    }

    @Test
    void givesTheAddressesOfAPublicName() throws UnknownHostException {
        DeliveryResolver resolver = resolver(host -> addresses("93.184.215.14", "2606:4700::1111"));

        assertThat(resolver.resolve("public.example", 443))
                .containsExactly(
                        new InetSocketAddress("93.184.215.14", 443), new InetSocketAddress("2606:4700::1111", 443));
        assertThat(resolver.refusal("public.example", 443)).isEmpty();
    }

    @Test
    @DisplayName("a name without an address is not refused when saved, and unknown when sent")
    void unknownName() {
        DeliveryResolver resolver = resolver(host -> {
            throw new UnknownHostException(host);
        });

        assertThat(resolver.refusal("gone.example", 443)).isEmpty();
        assertThatThrownBy(() -> resolver.resolve("gone.example", 443)).isExactlyInstanceOf(UnknownHostException.class);
    }

    @Test
    @DisplayName("G4: a name service that hangs for one name holds one thread and nobody else")
    void hangingNameService() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        DeliveryResolver resolver = resolver(host -> {
            if (host.equals("hangs.example")) {
                asked.incrementAndGet();
                awaitEnd();
            }
            return addresses("93.184.215.14");
        });
        ExecutorService senders = Executors.newFixedThreadPool(5);
        try {
            List<Future<?>> waiting = List.of(1, 2, 3, 4, 5).stream()
                    .<Future<?>>map(n -> senders.submit(() -> resolver.resolve("hangs.example", 443)))
                    .toList();
            await().until(() -> asked.get() == 1);

            assertThat(resolver.resolve("healthy.example", 443)).hasSize(1);
            for (Future<?> lookup : waiting) {
                assertThatThrownBy(lookup::get).hasRootCauseInstanceOf(LookupFailedException.class);
            }
            assertThat(asked).hasValue(1);
        } finally {
            senders.shutdown();
        }
    }

    @Test
    @DisplayName("G5: where too many lookups wait, the next one fails instead of queueing")
    void rejectedLookup() throws UnknownHostException {
        DeliveryResolver resolver = new DeliveryResolver(
                policy,
                host -> addresses("93.184.215.14"),
                task -> {
                    throw new RejectedExecutionException();
                },
                Duration.ofSeconds(1));

        assertThatThrownBy(() -> resolver.resolve("busy.example", 443))
                .hasRootCauseInstanceOf(RejectedExecutionException.class)
                .satisfies(e -> assertThat(Failure.of(e, InstantSource.system()).isAttempt())
                        .isFalse());
        assertThat(resolver.resolve("93.184.215.14", 443))
                .as("needs no name service")
                .hasSize(1);
    }

    private DeliveryResolver resolver(DeliveryResolver.NameService names) {
        return new DeliveryResolver(policy, names, lookups, Duration.ofSeconds(3));
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static InetAddress[] addresses(String... literals) throws UnknownHostException {
        InetAddress[] addresses = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            addresses[i] = InetAddress.getByName(literals[i]);
        }
        return addresses;
    }
}
