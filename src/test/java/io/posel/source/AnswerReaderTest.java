package io.posel.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import io.posel.testing.Fuzz;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
    private static final String JSON = "{\"items\":[{\"id\":1,\"name\":\"Žižkov\"}],\"next\":7}";

    private final AnswerReader answers = new AnswerReader(new JsonPointer("/items"), new JsonPointer("/id"));
    private final AnswerReader lists = new AnswerReader(new JsonPointer(""), new JsonPointer("/id"));

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static AnswerReader.Raw raw(byte[] body, String coding, String type) {
        return new AnswerReader.Raw(body, coding, type, true);
    }

    private static AnswerReader.Raw raw(String text) {
        return raw(bytes(text), "", "application/json");
    }

    private static List<String> items(Answer answer) {
        return answer.items().stream()
                .map(item -> (item.flaw() == null ? "" : "flawed ") + item.json())
                .toList();
    }

    private static byte[] packed(String coding, byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream pack = coding.equals("gzip")
                ? new GZIPOutputStream(out)
                : new DeflaterOutputStream(out, new Deflater(9, coding.equals("raw")))) {
            pack.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip | gzip",
                "gzip | x-gzip",
                "gzip | GZIP",
                "gzip | identity",
                "gzip | ''",
                "gzip gzip | 'gzip, gzip'",
                "gzip gzip | gzip",
                "zlib | deflate",
                "raw | deflate",
                "zlib gzip | 'deflate, gzip'",
                "gzip zlib | 'gzip, deflate'",
                "'' | gzip",
                "'' | deflate",
                "'' | br",
                "'' | utf-8"
            })
    @DisplayName("K24: whatever coding the server chose, announced or not, the list is read")
    void codings(String applied, String announced) {
        byte[] body = bytes(JSON);
        for (String coding : applied.split(" ")) {
            body = coding.isEmpty() ? body : packed(coding, body);
        }

        assertThat(items(answers.read(raw(body, announced, "application/json"))))
                .containsExactly("{\"id\":1,\"name\":\"Žižkov\"}");
    }

    @Test
    @DisplayName("K24: a coding that cannot be undone is named, and so are data that are not what they say")
    void unknownCoding() {
        assertThatThrownBy(() -> answers.read(raw(new byte[] {1, 2, 3, 4}, "br", "")))
                .hasMessage(
                        "the answer has the content coding \"br\", which was not asked for; gzip and deflate can be read");
        assertThatThrownBy(() -> answers.read(raw(new byte[] {0x1f, (byte) 0x8b, 3, 4}, "gzip", "")))
                .hasMessageContaining("cannot be unpacked");
    }

    @Test
    @DisplayName("G5: an answer that unpacks to very much is given up, at whichever layer")
    void bomb() {
        byte[] zeros = packed("gzip", new byte[AnswerReader.MAX_BYTES + 1]);
        for (byte[] bomb : List.of(zeros, packed("gzip", zeros))) {
            assertThatThrownBy(() -> answers.read(raw(bomb, "gzip", "")))
                    .hasMessageContaining("more than " + AnswerReader.MAX_BYTES + " bytes");
        }
    }

    @Test
    @DisplayName("G5: an answer that is packed again and again is given up")
    void layers() {
        byte[] body = bytes(JSON);
        for (int i = 0; i < 6; i++) {
            body = packed("gzip", body);
        }
        byte[] packed = body;
        assertThatThrownBy(() -> answers.read(raw(packed, "gzip", ""))).hasMessageContaining("packed more than 5");
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-8, application/json",
        "UTF-8, text/plain; charset=iso-8859-1",
        "UTF-8, application/json; charset=no-such",
        "windows-1250, application/json; charset=windows-1250",
        "ISO-8859-2, text/json;charset=\"ISO-8859-2\"",
        "UTF-16LE, application/json",
        "UTF-16BE, application/json; charset=utf-16",
        "UTF-32BE, application/json",
        "UTF-16, application/vnd.api+json",
    })
    @DisplayName("K24: the bytes decide on the charset, then the header does")
    void charsets(String charset, String type) {
        byte[] body = JSON.getBytes(Charset.forName(charset));

        assertThat(items(answers.read(raw(body, "", type)))).containsExactly("{\"id\":1,\"name\":\"Žižkov\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    @DisplayName("K24: a byte order mark is skipped")
    void byteOrderMark(String charset) {
        byte[] body = ("\uFEFF" + JSON).getBytes(Charset.forName(charset));

        assertThat(items(answers.read(raw(body, "", "application/json")))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \r\n",
                "null",
                "{}",
                "{\"items\":null}",
                "{\"items\":[]}",
                "{\"items\":{}}",
                "{\"items\":\"\"}",
                "{\"items\":false}",
                "[]",
                "{\"next\":null,\"count\":0}",
                "{\"error\":null,\"errors\":[]}"
            })
    @DisplayName("K24: nothing to read is no error, however it is written")
    void nothing(String body) {
        assertThat(answers.read(raw(body)).items()).isEmpty();
    }

    @Test
    @DisplayName("K24: a list that is missing is remarked upon, an empty one is not")
    void remark() {
        assertThat(answers.read(raw("{\"next\":null}")).remark()).contains("no list at \"/items\"");
        assertThat(answers.read(raw("{\"items\":null}")).remark()).isNull();
        assertThat(answers.read(raw("")).remark()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"itmes\":[{\"id\":1}]} | there is one at \"/itmes\"",
                "{\"data\":{\"rows\":[{\"id\":1}]}} | there is one at \"/data/rows\"",
                "[{\"id\":1}] | there is one at \"\"",
                "{\"items\":7} | the answer has no list at \"/items\"",
                "{\"items\":{\"a\":1}} | the answer has no list at \"/items\"",
                "7 | the answer has no list at \"/items\"",
                "{\"error\":\"invalid key\"} | says error: \"invalid key\"",
                "{\"errors\":[{\"code\":5}]} | says errors: [{\"code\":5}]",
                "<!DOCTYPE html><title> Sign in </title> | HTML page, such as a login or error page, not JSON; its title is \"Sign in\"",
                "<?xml version=\"1.0\"?><a/> | the answer is XML",
                "no JSON | line 1, column 1",
                "{\"items\":[{\"id\":1} | not JSON",
            })
    @DisplayName("K24: an answer that is not what was agreed is named for what it is")
    void notAList(String body, String message) {
        assertThatThrownBy(() -> answers.read(raw(body))).hasMessageContaining(message);
    }

    @Test
    @DisplayName("K24: a single item in the place of the list is the list")
    void single() {
        assertThat(items(answers.read(raw("{\"items\":{\"id\":1}}")))).containsExactly("{\"id\":1}");
        assertThat(items(lists.read(raw("{\"id\":1}")))).containsExactly("{\"id\":1}");
        assertThatThrownBy(() -> lists.read(raw("{\"items\":[{\"id\":1}]}")))
                .hasMessage("the answer has no list at \"\"; there is one at \"/items\"");
    }

    @Test
    @DisplayName("K24: one object a line is a list, by its type or by its look")
    void lines() {
        String lines = "{\"id\":1}\r\n\n{\"id\":2}\n";
        for (String type : List.of("application/x-ndjson", "application/jsonl; charset=utf-8", "text/plain")) {
            assertThat(items(lists.read(raw(bytes(lines), "", type)))).containsExactly("{\"id\":1}", "{\"id\":2}");
        }
        assertThat(items(lists.read(raw(bytes("\u001e{\"id\":1}\n\u001e{\"id\":2}\n"), "", "application/json-seq"))))
                .hasSize(2);
        assertThat(items(lists.read(raw(bytes("{\"id\":1}\n{\"id\":NaN}\n{\"id\":3}"), "", "application/x-ndjson"))))
                .containsExactly("{\"id\":1}", "flawed {\"id\":\"NaN\"}", "{\"id\":3}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "-Infinity", "01", "'x'", "\"a\tb\"", "undefined", "deep", "long"})
    @DisplayName("G9: an item that is not JSON does not hide the others, and keeps its key")
    void flawedItem(String value) {
        String flaw = value.equals("deep")
                ? "[".repeat(200) + "]".repeat(200)
                : value.equals("long") ? "9".repeat(2_000) : value;
        Answer answer = answers.read(raw("{\"next\":8, \"items\" : [ {\"id\":1}, {\"id\":\"b\", \"x\": " + flaw
                + " } ,{\"id\":3,\"y\":\"}],\\\"\"}]}"));

        assertThat(items(answer)).hasSize(3).element(0).isEqualTo("{\"id\":1}");
        assertThat(items(answer)).element(2).isEqualTo("{\"id\":3,\"y\":\"}],\\\"\"}");
        Item flawed = answer.items().get(1);
        assertThat(flawed.flaw()).startsWith("It is not JSON: ");
        assertThat(((Json.Obj) flawed.json()).get("id")).isEqualTo(new Json.Str("b"));
        assertThat(answer.whole()).isEqualTo(Json.object("next", 8, "items", List.of()));
    }

    @Test
    @DisplayName("G9: an item with bytes that are no UTF-8 does not hide the others")
    void malformed() {
        byte[] body = "{\"items\":[{\"id\":1},{\"id\":2,\"name\":\"\u00e9\"}]}".getBytes(ISO_8859_1);

        assertThat(items(answers.read(raw(body, "", "application/json"))))
                .containsExactly("{\"id\":1}", "flawed {\"id\":2,\"name\":\"\uFFFD\"}");
    }

    @Test
    @DisplayName("K24: an answer that ended early counts if its JSON is closed")
    void incomplete() {
        assertThat(items(answers.read(new AnswerReader.Raw(bytes(JSON), "", "", false))))
                .hasSize(1);
        byte[] packed = packed("gzip", bytes(JSON));
        byte[] cut = Arrays.copyOf(packed, packed.length - 8);
        assertThat(items(answers.read(raw(cut, "gzip", "")))).hasSize(1);
        for (String part : List.of("{\"items\":[{\"id\":1}", "", " ")) {
            assertThatThrownBy(() -> answers.read(new AnswerReader.Raw(bytes(part), "", "", false)))
                    .hasMessage("the answer ended before it was complete");
        }
        assertThatThrownBy(() -> lists.read(
                        new AnswerReader.Raw(bytes("{\"id\":1}\n{\"id\":2}"), "", "application/x-ndjson", false)))
                .hasMessage("the answer ended before it was complete");
    }

    @Test
    @DisplayName("G9: an answer of any text is read, or refused with a reason")
    void anyText() {
        Fuzz.run(
                List.of(JSON, "{\"items\":[{\"id\":NaN},{\"id\":2}]}", "[{\"id\":1}\n,{}]", "{\"id\":1}\n{\"id\":2}"),
                List.of("\"items\":[", "NaN", "\\\"", "]}", "{\"id\":"),
                text -> reads(answers, text) | reads(lists, text));
    }

    private static boolean reads(AnswerReader reader, String text) {
        try {
            reader.read(raw(bytes(text), "", ""));
            return true;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageStartingWith("the answer");
            return false;
        }
    }

    @Property(tries = 300)
    void anyBytesUnderAnyHeaderAreReadOrRefusedWithAReason(@ForAll byte[] body, @ForAll boolean gzip) {
        try {
            answers.read(raw(gzip ? packed("gzip", body) : body, "deflate", "text/plain; charset=x"));
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageStartingWith("the answer");
        }
    }
}
