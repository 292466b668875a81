package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FatalErrorsTest {
    private final List<Integer> exits = new ArrayList<>();
    private final FatalErrors errors = new FatalErrors(exits::add);

    @Test
    @DisplayName("G2: the process ends when an error ends a thread, so that nothing is accepted that nobody sends")
    void error() {
        errors.uncaughtException(new Thread("posel-dispatch"), new OutOfMemoryError("Java heap space"));

        assertThat(exits).containsExactly(1);
    }

    @Test
    @DisplayName("G2: it ends too if that cannot be told")
    void untold() {
        Error silent = new Error() {
            @Override
            public String toString() {
                throw new OutOfMemoryError();
            }
        };

        try {
            errors.uncaughtException(new Thread(), silent);
        } catch (OutOfMemoryError e) {
            // as the log would
        }

        assertThat(exits).containsExactly(1);
    }

    @Test
    void anExceptionOfALibrarysThreadIsToldAndNothingMore() {
        errors.uncaughtException(new Thread("library"), new IllegalStateException("what it is"));

        assertThat(exits).isEmpty();
    }
}
