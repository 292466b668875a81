package io.posel.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @ValueSource(strings = {"{", "[1", "[NaN]", "{/* no */}", "[-INF]", "{'a':1}", "[1,]", "[01]", "\u0000"})
    void whatIsWrongIsToldWithoutTheNamesOfTheParsersOptions(String text) {
        assertThat(refusal(text.getBytes(StandardCharsets.UTF_8)))
                .hasMessageNotContainingAny("Feature", "StreamRead", "REDACTED", "ALLOW_", "`");
    }

    @ParameterizedTest
    @DisplayName("D11, G6: half a surrogate pair may stand in a name, as in a text, however it is written")
    @ValueSource(
            strings = {
                "{\"\\ud800\":1}",
                "{\"a\\uDC00b\":\"\\udfff\"}",
                "{\"\\ud83d\\ud83d\\ude00\":[\"\\uDBFF\"]}",
                "{\"\\\\ud800\":\"\\\\\\ud800\"}",
            })
    void halvesOfPairsInNames(String text) throws JsonSyntaxException {
        Json json = Json.parse(text.getBytes(StandardCharsets.UTF_8));

        assertThat(Json.parse(json.toBytes())).isEqualTo(json);
        assertThat(json.toString().toLowerCase(Locale.ROOT).replace("\ud83d\ude00", "\\ud83d\\ude00"))
                .isEqualTo(text.toLowerCase(Locale.ROOT));
    }

    @Test
    void tooDeepIsToldWithThePlaceWhereItBecomesSo() {
        JsonSyntaxException refusal = refusal(("\n" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8));

        assertThat(refusal).hasMessageContaining("depth (101)").hasMessageNotContaining("StreamRead");
        assertThat(refusal.line()).isEqualTo(2);
        assertThat(refusal.column()).isBetween(100, 102);
    }

    @Test
    void aNumberOfTooManyDigitsIsToldWithoutTheNamesOfTheParsersOptions() {
        assertThat(refusal(("[" + "9".repeat(5_000) + "]").getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("1000")
                .hasMessageNotContaining("StreamRead");
    }

    @Test
    void moreValuesThanAskedForAreRefusedWithTheirPlace() throws JsonSyntaxException {
        String three = "{\"a\":[1,\n2]}";
        assertThat(Json.parse(three, 3)).hasToString("{\"a\":[1,2]}");

        JsonSyntaxException refusal = catchThrowableOfType(JsonSyntaxException.class, () -> Json.parse(three, 2));
        assertThat(refusal.code()).isEqualTo("too-many-values");
        assertThat(refusal.sentence())
                .isEqualTo("This is too much (line 2, column 1): more than 2 values; send fewer at once.");
    }

    @Test
    void whatIsNotUtf8IsToldWithItsPlace() {
        JsonSyntaxException refusal = refusal("{\n \"é\": \"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(refusal).hasMessageContaining("UTF-8");
        assertThat(refusal.line()).isEqualTo(2);
        assertThat(refusal.column()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"\\u\u9165123\"]", "{\n\"\\\\\\u123\u0130\":1}", "\"\\ud83d\\u\uff24e00\""})
    void onlyHexadecimalDigitsFollowTheEscapeU(String text) {
        JsonSyntaxException refusal = refusal(text.getBytes(StandardCharsets.UTF_8));

        assertThat(refusal).hasMessageContaining("hexadecimal");
        assertThat(text.split("\n")[refusal.line() - 1].charAt(refusal.column() - 1))
                .isGreaterThan('\u00ff');
    }

    @Test
    void anEscapedBackslashIsNoEscapeU() throws JsonSyntaxException {
        String text = "[\"\\\\u\u9165123\",\"\\\\\\\\u\u0130\",\"\\u9165\"]";

        assertThat(Json.parse(text)).isEqualTo(Json.of(List.of("\\u\u9165123", "\\\\u\u0130", "\u9165")));
    }

    private static JsonSyntaxException refusal(byte[] text) {
        return catchThrowableOfType(JsonSyntaxException.class, () -> Json.parse(text));
    }
}
