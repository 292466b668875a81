package io.posel.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PauseTest {
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Pause pause = new Pause(new Pacing(Duration.ofMinutes(5), LONGEST, () -> 1));

    @ParameterizedTest
    @CsvSource({
        // + was taken, - is busy
        "'',             0",
        "-----,          0",
        "------,         500",
        "++++++++++++-----,  0",
        "++++++++++++------, 500",
        "-----+++++++++++++-, 0",
        "-++-++-++-++-++-, 500",
        "-+++-+++-+++-+++-+++-+++-+++-, 0",
        "++++++++++++++++++-, 0",
    })
    @DisplayName("F8: a third of the last answers and more means busy, and no answer before")
    void aThird(String answers, long millis) {
        Duration last = Duration.ZERO;
        for (char each : answers.toCharArray()) {
            assertThat(last).isZero();
            last = answer(each == '-', null);
        }
        assertThat(last).hasMillis(millis);
    }

    @Test
    @DisplayName(
            "F8: twice as long each time that nothing is taken in between, up to the longest, and shorter again then")
    void longerEachTime() {
        StringBuilder waits = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            pause.busy(null);
        }
        for (int i = 0; i < 7; i++) {
            waits.append(endAndBusy()).append(' ');
        }
        pause.taken();
        waits.append(endAndBusy());

        assertThat(waits).hasToString("1000 2000 4000 8000 10000 10000 10000 10000");
        for (int i = 0; i < 7; i++) {
            pause.taken();
            endAndBusy();
        }
        pause.taken();
        assertThat(endAndBusy()).isEqualTo(500);
    }

    @Test
    @DisplayName("F8: it lasts as long as the receiver asks, and longer if that was too short before")
    void asked() {
        assertThat(answer(true, Duration.ofSeconds(3))).hasSeconds(3);
        assertThat(answer(true, Duration.ZERO)).as("told while it is paused").isZero();
        pause.begin(Instant.EPOCH);
        assertThat(answer(true, Duration.ofSeconds(9))).as("longer").hasSeconds(9);
        while (!pause.over()) {
            assertThat(pause.isOn()).isTrue();
        }
        assertThat(answer(true, Duration.ZERO)).as("nothing was taken").hasMillis(1_000);
    }

    @Test
    void isOverWhenAllThatWasAskedForIs() {
        pause.begin(Instant.ofEpochSecond(9));
        pause.begin(Instant.ofEpochSecond(7));
        assertThat(pause.until()).isEqualTo(Instant.ofEpochSecond(9));
        assertThat(pause.over()).isFalse();
        assertThat(pause.isOn()).isTrue();
        assertThat(pause.over()).isTrue();
        assertThat(pause.isOn()).isFalse();
        assertThat(pause.until()).isNull();
    }

    @Property
    void aThirdOfWhateverAnswers(
            @ForAll @Size(max = 200) List<Boolean> busy, @ForAll @DoubleRange(max = 1) double random) {
        Pause any = new Pause(new Pacing(Duration.ofMinutes(5), LONGEST, () -> random));
        for (int i = 0; i < busy.size(); i++) {
            Duration wait = Duration.ZERO;
            if (busy.get(i)) {
                wait = any.busy(null);
            } else {
                any.taken();
            }
            long busyOnes = busy.subList(Math.max(0, i + 1 - Pause.LAST), i + 1).stream()
                    .filter(each -> each)
                    .count();
            assertThat(!wait.isZero()).isEqualTo(busy.get(i) && busyOnes >= Pause.THIRD);
            if (!wait.isZero()) {
                assertThat(wait).isBetween(Duration.ofMillis(375), LONGEST);
                any.begin(Instant.EPOCH);
                assertThat(any.over()).isTrue();
            }
        }
    }

    private Duration answer(boolean busy, @Nullable Duration asked) {
        if (busy) {
            Duration wait = pause.busy(asked);
            if (asked != null && !wait.isZero()) {
                pause.begin(Instant.EPOCH);
            }
            return wait;
        }
        pause.taken();
        return Duration.ZERO;
    }

    private long endAndBusy() {
        pause.begin(Instant.EPOCH);
        pause.over();
        return pause.busy(null).toMillis();
    }
}
