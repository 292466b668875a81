package io.posel.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HarmlessTextTest {
    /** Unicode's property Bidi_Control, and the mark of byte order. */
    private static final String MARKS =
            "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff";

    private static boolean commands(char c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || MARKS.indexOf(c) >= 0;
    }

    @Test
    @DisplayName("G8: each character that commands becomes ?, no other one")
    void eachCharacter() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            String text = "a" + (char) c + "b";
            boolean commands = commands((char) c);

            assertThat(HarmlessText.oneLine(text)).isEqualTo(commands ? "a?b" : text);
            assertThat(HarmlessText.furtherLines(text))
                    .isEqualTo(c == '\n' ? "a\n| b" : c == '\t' || !commands ? text : "a?b");
        }
    }

    @Test
    void allOfThemInOneText() {
        assertThat(HarmlessText.oneLine("\u001b[2K\r\nx\u202e")).isEqualTo("?[2K??x?");
    }

    @Test
    void whatIsHarmlessIsNotCopied() {
        String text = "delivered customer:42 \u017dlu\u0165ou\u010dk\u00fd \ud83d\udc69";

        assertThat(HarmlessText.oneLine(text)).isSameAs(text);
    }

    @Test
    void linesOfAStackTraceAreKept() {
        String trace = "java.lang.X: y\n\tat z\n 2 frames\nWrapped by: w\n";

        assertThat(HarmlessText.furtherLines(trace)).isEqualTo("java.lang.X: y\n\tat z\n 2 frames\n| Wrapped by: w\n");
    }
}
