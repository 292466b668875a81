package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.Printed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusedAccessTest {
    private final SettableClock clock = new SettableClock();
    private final AtomicLong counted = new AtomicLong();
    private final List<RefusedAccess.Count> trail = new ArrayList<>();
    private boolean writable = true;
    private final RefusedAccess refused = new RefusedAccess(clock, counted::incrementAndGet, count -> {
        if (writable) {
            trail.add(count);
        }
        return writable;
    });
    private final Printed printed = Printed.open();

    @AfterEach
    void close() {
        printed.close();
    }

    private List<String> lines() {
        return printed.lines().stream()
                .filter(line -> line.contains("RefusedAccess: "))
                .map(line -> line.replaceFirst(".* WARN  RefusedAccess: ", ""))
                .toList();
    }

    private void count(String address, String code, int times) {
        for (int i = 0; i < times; i++) {
            refused.count(address, code);
        }
    }

    private void pass(Duration time) {
        clock.advance(time);
        refused.tell();
    }

    @Test
    @DisplayName("D5: the first refusal of an address is told at once, all of a minute in one line at its end")
    void oneLineAMinute() {
        count("192.0.2.7", "unknown-token", 9);
        count("192.0.2.7", "too-many-wrong-tokens", 5);
        assertThat(lines()).containsExactly("Refused a request from 192.0.2.7: unknown-token");
        pass(Duration.ofSeconds(59));
        assertThat(lines()).hasSize(1);

        pass(Duration.ofSeconds(1));

        assertThat(lines())
                .hasSize(2)
                .last()
                .isEqualTo(
                        "Refused 14 requests from 192.0.2.7 within a minute: unknown-token 9, too-many-wrong-tokens 5");
        count("192.0.2.7", "unknown-token", 3);
        assertThat(lines()).hasSize(2);
        pass(Duration.ofMinutes(1));
        assertThat(lines()).hasSize(3).last().asString().contains("3 requests");
        pass(Duration.ofMinutes(1));
        assertThat(lines()).hasSize(3);
        count("192.0.2.7", "unknown-token", 1);
        assertThat(lines()).hasSize(4);
        assertThat(counted).hasValue(18);
    }

    @Test
    @DisplayName("D5: a single refusal has a single line")
    void single() {
        count("192.0.2.7", "unknown-host", 1);
        pass(Duration.ofMinutes(1));
        pass(Duration.ofMinutes(1));

        assertThat(lines()).containsExactly("Refused a request from 192.0.2.7: unknown-host");
    }

    @Test
    @DisplayName("D5: the audit trail gets one count a minute, of all addresses together, once it can be written")
    void trail() {
        writable = false;
        count("192.0.2.7", "unknown-token", 2);
        count("2001:db8::1", "token-not-permitted", 1);
        pass(Duration.ofMinutes(1));
        assertThat(trail).isEmpty();

        writable = true;
        pass(Duration.ofSeconds(1));
        assertThat(trail)
                .containsExactly(new RefusedAccess.Count("2 addresses", "unknown-token 2, token-not-permitted 1", 3));
        count("192.0.2.7", "unknown-token", 4);
        pass(Duration.ofSeconds(59));
        assertThat(trail).hasSize(1);
        pass(Duration.ofSeconds(1));
        assertThat(trail).hasSize(2).last().isEqualTo(new RefusedAccess.Count("192.0.2.7", "unknown-token 4", 4));
    }

    @Test
    @DisplayName("D5: any number of addresses takes the memory and the lines of a thousand")
    void manyAddresses() {
        for (int i = 0; i < 100_000; i++) {
            refused.count("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), "unknown-token");
        }
        assertThat(lines()).hasSize(RefusedAccess.MOST + 1);

        pass(Duration.ofMinutes(1));

        assertThat(lines())
                .hasSize(RefusedAccess.MOST + 2)
                .last()
                .isEqualTo("Refused 99000 requests from other addresses within a minute: unknown-token 99000");
        assertThat(trail)
                .containsExactly(new RefusedAccess.Count("more than 1000 addresses", "unknown-token 100000", 100_000));
        pass(Duration.ofMinutes(1));
        count("192.0.2.7", "unknown-token", 1);
        assertThat(lines().get(RefusedAccess.MOST + 2)).contains("192.0.2.7");
    }

    @ParameterizedTest
    @DisplayName("D5: of IPv6 a /64 is one address, of IPv4 each is one")
    @CsvSource({
        "2001:db8:1:2::1, 2001:db8:1:2:0:0:0:0/64",
        "2001:db8:1:2:ffff:ffff:ffff:ffff, 2001:db8:1:2:0:0:0:0/64",
        "2001:db8:1:3::1, 2001:db8:1:3:0:0:0:0/64",
        "::ffff:192.0.2.7, 192.0.2.7",
        "192.0.2.7, 192.0.2.7",
        "::1, 0:0:0:0:0:0:0:1",
        "unknown, unknown",
    })
    void networks(String address, String network) {
        assertThat(RemoteNetwork.of(address)).isEqualTo(network);
    }

    @Test
    @DisplayName("D5: the addresses of a /64 share one budget of wrong tokens")
    void oneBudget() {
        WrongTokens wrong = new WrongTokens(2, 100, clock);
        wrong.count("2001:db8:1:2::1");
        wrong.count("2001:db8:1:2::2");

        assertThat(wrong.count("2001:db8:1:2::3")).isPositive();
        assertThat(wrong.count("2001:db8:1:3::1")).isZero();
    }

    @Test
    @DisplayName("D5: refusals that have nothing to do with who sends a request are not counted")
    void otherRefusals() {
        refused.count("a", new Verdict.Refusal(413, "body-too-large", ""));
        refused.count("a", new Verdict.Refusal(429, "too-many-requests", ""));
        refused.count("a", new Verdict.Refusal(503, "not-ready", ""));
        assertThat(counted).hasValue(0);

        refused.count("a", Refusals.unknownToken());
        refused.count("a", Refusals.crossSite());
        refused.count("a", Refusals.expiredLink());
        refused.count("a", Refusals.wrong(Duration.ofSeconds(1), Refusals.unknownToken()));
        refused.count("a", new Verdict.Refusal(421, "unknown-host", ""));
        assertThat(counted).hasValue(5);
    }

    @Test
    @DisplayName("D5: a clock that is set back silences nobody for long")
    void clockSetBack() {
        count("192.0.2.7", "unknown-token", 2);
        clock.advance(Duration.ofHours(-5));

        refused.tell();

        assertThat(lines()).hasSize(2);
    }
}
