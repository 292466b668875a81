package io.posel.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoginLinksTest {
    private final MovableClock clock = new MovableClock();
    private final LoginLinks links = new LoginLinks(() -> new byte[] {1, 2, 3}, clock, new SecureRandom());

    private String query(String name, Role role) {
        return links.make(name, role).substring("/login?".length());
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String text(String content) {
        return text(content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aLinkSaysWhoMayBecomeWhatUntilWhen() {
        LoginTicket ticket = links.read(query("Žluťoučký kůň", Role.VIEWER)).orElseThrow();

        assertThat(ticket.name()).isEqualTo("Žluťoučký kůň");
        assertThat(ticket.role()).isEqualTo(Role.VIEWER);
        assertThat(ticket.expiresAt()).isEqualTo(clock.instant().plus(Duration.ofMinutes(10)));
        assertThat(ticket.isOverAt(clock.instant().plus(Duration.ofMinutes(10)).minusMillis(1)))
                .isFalse();
        assertThat(ticket.isOverAt(clock.instant().plus(Duration.ofMinutes(10))))
                .isTrue();
    }

    @Test
    void noTwoLinksAreTheSame() {
        assertThat(IntStream.range(0, 100)
                        .mapToObj(i -> links.read(query("Jana", Role.ADMIN)).orElseThrow())
                        .map(LoginTicket::nonce))
                .doesNotHaveDuplicates();
    }

    @Test
    void theLongestNameFits() {
        String longest = "𐐀".repeat(60);

        assertThat(links.read(query(longest, Role.ADMIN)).map(LoginTicket::name))
                .contains(longest);
    }

    @Test
    void whatMailToolsAddDoesNotCount() {
        assertThat(links.read("utm_source=mail&" + query("Jana", Role.ADMIN) + "&x"))
                .isPresent();
    }

    @Test
    void oneOfAnotherKeyIsNone() {
        LoginLinks others = new LoginLinks(() -> new byte[] {1, 2, 4}, clock, new SecureRandom());

        assertThat(others.read(query("Jana", Role.ADMIN))).isEmpty();
    }

    @Test
    void oneInWhichAnythingWasChangedIsNone() {
        String query = query("Jana", Role.VIEWER);
        String[] parts = query.substring("ticket=".length()).split("\\.");
        String content = new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8);
        List<String> forged = new ArrayList<>(List.of(
                text(content.replace("viewer", "admin")) + "." + parts[1],
                text(content.replace("Jana", "Jane")) + "." + parts[1],
                text(content.replaceFirst(" 1[0-9]+ ", " 9999999999 ")) + "." + parts[1],
                text(content + " ") + "." + parts[1],
                text(content.replace("viewer", "admin")) + "." + text(new byte[32]),
                parts[0] + "." + text(new byte[32]),
                parts[0] + "." + text(new byte[0]),
                parts[1] + "." + parts[0]));
        byte[] signature = Base64.getUrlDecoder().decode(parts[1]);
        for (int i = 0; i < signature.length; i++) {
            byte[] other = signature.clone();
            other[i] ^= 1;
            forged.add(parts[0] + "." + text(other));
        }
        for (int i = 0; i < signature.length; i++) {
            forged.add(parts[0] + "." + text(java.util.Arrays.copyOf(signature, i)));
        }

        assertThat(forged).hasSize(72).allMatch(each -> links.read("ticket=" + each)
                .isEmpty());
        assertThat(links.read(query)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ticket",
                "ticket=",
                "ticket=.",
                "ticket=a",
                "ticket=a.",
                "ticket=.a",
                "ticket=a.b.c",
                "ticket=%41.b",
                "ticket=a b.c",
                "ticket=á.b",
                "ticket=a.b&ticket=a.b",
                "&&&",
                "ticket=====",
                "TICKET=a.b",
                "ticket=a+/.b="
            })
    void whatHasNotItsFormIsNone(String query) {
        assertThat(links.read(query)).isEmpty();
    }

    @Test
    void twoTicketsAreNone() {
        String query = query("Jana", Role.ADMIN);

        assertThat(links.read(query + "&" + query)).isEmpty();
        assertThat(links.read(query + "&ticket=")).isEmpty();
    }

    @Test
    void aVeryLongOneIsNone() {
        assertThat(links.read("ticket=" + "a".repeat(7_000) + ".b")).isEmpty();
        assertThat(links.read(query("Jana", Role.ADMIN) + "A".repeat(500))).isEmpty();
        assertThat(links.read("&".repeat(8_000) + query("Jana", Role.ADMIN))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"admin-token,ADMIN", "intake-token,VIEWER", "' Jana',ADMIN", "'',ADMIN", "a<b,ADMIN", "Jana,INTAKE"})
    void nobodyCanBeCalledSo(String name, Role role) {
        assertThatThrownBy(() -> links.make(name, role)).isInstanceOf(IllegalArgumentException.class);
    }
}
