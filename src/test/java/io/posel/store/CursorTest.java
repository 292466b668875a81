package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    @Test
    void comes_back_as_it_was_and_needs_no_escape_in_a_url() {
        Cursor cursor = new Cursor(Long.MAX_VALUE, "wh_ž:?/+");

        assertThat(cursor.toString()).matches("[A-Za-z0-9_-]+");
        assertThat(Cursor.parse(cursor.toString())).isEqualTo(cursor);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "QQ", "!", "MQ", "eDp4", "OTk5OTk5OTk5OTk5OTk5OTk5OTk6eA"})
    void what_never_was_a_cursor_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cursor.parse(text));
    }

    @Test
    void a_long_text_is_not_even_decoded() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cursor.parse("A".repeat(10_000)))
                .withMessage("too long");
    }
}
