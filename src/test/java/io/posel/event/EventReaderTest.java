package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
    private static final String VALID = """
            {"source":"shop","id":"ord-1","type":"customer.credit.changed","entity":{"type":"customer","id":"42"},\
            "sequence":17,"occurredAt":"2026-11-22T10:00:00Z","data":{"customer":{"credit":12.50}}}""";

    private final EventReader reader = new EventReader(() -> "generated");

    @Test
    @DisplayName("S5: an event is read with its numbers character by character")
    void oneEvent() {
        assertThat(read(VALID)).singleElement().satisfies(event -> {
            assertThat(event.source()).isEqualTo("shop");
            assertThat(event.id()).isEqualTo("ord-1");
            assertThat(event.type()).isEqualTo("customer.credit.changed");
            assertThat(event.entity()).isEqualTo(new EntityRef("customer", "42"));
            assertThat(event.sequence()).isEqualTo(17);
            assertThat(event.occurredAt()).isEqualTo("2026-11-22T10:00:00Z");
            assertThat(event.variables().at("customer.credit")).isEqualTo(new Json.Num("12.50"));
        });
    }

    @Test
    void onlyTypeEntityAndDataAreRequired() {
        assertThat(read("{\"type\":\"t\",\"entity\":{\"type\":\"e\",\"id\":\"1\"},\"data\":{},\"id\":null}"))
                .containsExactly(new Event("", "generated", "t", new EntityRef("e", "1"), null, null, Json.EMPTY));
    }

    @Test
    @DisplayName("Only a whole first segment is Posel's own, in lower case")
    void typesThatLookLikeThoseOfPosel() {
        for (String type : List.of("posel", "poselx.a", "Posel.a", "a.posel.b", " posel.a")) {
            assertThat(read(VALID.replace("customer.credit.changed", type)))
                    .extracting(Event::type)
                    .containsExactly(type);
        }
    }

    @Test
    void examplesMayBeOfPoselsOwnTypes() {
        String own = VALID.replace("customer.credit.changed", "posel.webhook.failing");

        assertThat(EventReader.ofExamples(() -> "generated").of(own))
                .extracting(Event::type)
                .containsExactly("posel.webhook.failing");
    }

    @Test
    void anArrayIsReadInItsOrder() {
        String body = "[" + VALID + "," + VALID.replace("ord-1", "ord-2") + "]";

        assertThat(read(body)).extracting(Event::id).containsExactly("ord-1", "ord-2");
    }

    @Test
    void aThousandEventsAreTakenAndOneMoreIsNot() {
        assertThat(read(arrayOf(1_000))).hasSize(1_000);
        assertThat(errors(arrayOf(1_001))).containsExactly(tuple("", "too-many"));
    }

    @Test
    void anEmptyArrayIsRefused() {
        assertThat(errors("[]")).containsExactly(tuple("", "empty"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "id":"ord-1"                         | "id":""                     | /id          | empty
            "id":"ord-1"                         | "id":7                      | /id          | type-mismatch
            "id":"ord-1"                         | "id":"a\\u0000"             | /id          | invalid-character
            "id":"ord-1"                         | "id":"\\ud800"              | /id          | invalid-character
            "id":"ord-1"                         | "id":"\\udc00\\ud800"       | /id          | invalid-character
            "id":"ord-1"                         | "id":"a\\u0085"             | /id          | invalid-character
            "source":"shop"                      | "source":"a\\nb"            | /source      | invalid-character
            "source":"shop"                      | "source":[]                 | /source      | type-mismatch
            "type":"customer.credit.changed"     | "type":null                 | /type        | required
            "type":"customer.credit.changed"     | "type":"posel.webhook.failing" | /type      | reserved-type
            "type":"customer.credit.changed"     | "type":"\\u0070osel."       | /type        | reserved-type
            "type":"customer.credit.changed"     | "typ":"x","type":"y"        | /typ         | unknown-member
            "type":"customer.credit.changed"     | "a/b~":1,"type":"y"         | /a~1b~0      | unknown-member
            {"type":"customer","id":"42"}        | "customer:42"               | /entity      | type-mismatch
            {"type":"customer","id":"42"}        | null                        | /entity      | required
            "id":"42"                            | "id":42                     | /entity/id   | type-mismatch
            ,"id":"42"                           | ``                          | /entity/id   | required
            "id":"42"                            | "id":"42","x":1             | /entity/x    | unknown-member
            "sequence":17                        | "sequence":"17"             | /sequence    | type-mismatch
            "sequence":17                        | "sequence":17.0             | /sequence    | not-whole
            "sequence":17                        | "sequence":1e3              | /sequence    | not-whole
            "sequence":17                        | "sequence":1e999999         | /sequence    | not-whole
            "sequence":17                        | "sequence":-1               | /sequence    | not-whole
            "sequence":17                        | "sequence":9223372036854775808 | /sequence | too-large
            "2026-11-22T10:00:00Z"               | "2026-11-22T10:00:00"       | /occurredAt  | invalid-time
            "2026-11-22T10:00:00Z"               | "2026-02-30T10:00:00Z"      | /occurredAt  | invalid-time
            "2026-11-22T10:00:00Z"               | "yesterday"                 | /occurredAt  | invalid-time
            "2026-11-22T10:00:00Z"               | "+12026-11-22T10:00:00Z"    | /occurredAt  | invalid-time
            "2026-11-22T10:00:00Z"               | 1763805600                  | /occurredAt  | type-mismatch
            {"customer":{"credit":12.50}}        | []                          | /data        | type-mismatch
            {"customer":{"credit":12.50}}        | "{}"                        | /data        | type-mismatch
            {"customer":{"credit":12.50}}        | null                        | /data        | required
            """)
    void whatIsWrongIsSaidWithItsPlace(String from, String to, String pointer, String code) {
        assertThat(VALID).contains(from);

        assertThat(errors(VALID.replace(from, to))).containsExactly(tuple(pointer, code));
        assertThat(errors("[" + VALID + "," + VALID.replace(from, to) + "]"))
                .containsExactly(tuple("/1" + pointer, code));
    }

    @ParameterizedTest
    @CsvSource({"id,128", "source,200", "type,100"})
    void textsOfKeysAreBounded(String member, int max) {
        Json.Obj valid = (Json.Obj) parse(VALID);
        var members = new LinkedHashMap<>(valid.members());

        members.put(member, new Json.Str("x".repeat(max)));
        assertThat(read(new Json.Obj(members).toString())).hasSize(1);

        members.put(member, new Json.Str("x".repeat(max + 1)));
        assertThat(errors(new Json.Obj(members).toString())).containsExactly(tuple("/" + member, "too-long"));

        members.put(member, new Json.Str("x".repeat(4_000)));
        assertThat(errors(new Json.Obj(members).toString())).containsExactly(tuple("/" + member, "too-long"));
    }

    @ParameterizedTest
    @CsvSource({"\"id\":\"42\",id,200", "\"type\":\"customer\",type,100"})
    void textsOfTheEntityAreBounded(String from, String member, int max) {
        String fits = VALID.replace(from, "\"" + member + "\":\"" + "x".repeat(max) + "\"");
        String tooLong = VALID.replace(from, "\"" + member + "\":\"" + "x".repeat(max + 1) + "\"");

        assertThat(read(fits)).hasSize(1);
        assertThat(errors(tooLong)).containsExactly(tuple("/entity/" + member, "too-long"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "9223372036854775807"})
    @DisplayName("F6: a producer's number may be any from 0 to the largest long")
    void sequences(String number) {
        assertThat(read(VALID.replace("17", number)))
                .singleElement()
                .extracting(Event::sequence)
                .isEqualTo(Long.parseLong(number));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-22T11:00:00.123456789+01:00", "2026-11-22t10:00:00z", "2026-11-22T10:00:00-00:00"})
    void aTimeKeepsItsText(String time) {
        assertThat(read(VALID.replace("2026-11-22T10:00:00Z", time)))
                .singleElement()
                .extracting(Event::occurredAt)
                .isEqualTo(time);
    }

    @Test
    void everyErrorIsToldAtOnceAndNothingIsTaken() {
        assertThat(errors("[" + VALID + ",{\"id\":\"\",\"sequence\":-1},7]"))
                .containsExactly(
                        tuple("/1/id", "empty"),
                        tuple("/1/type", "required"),
                        tuple("/1/entity", "required"),
                        tuple("/1/sequence", "not-whole"),
                        tuple("/1/data", "required"),
                        tuple("/2", "type-mismatch"));
    }

    @Test
    void theListOfErrorsIsBounded() {
        assertThat(errors("[" + String.join(",", Collections.nCopies(900, "{}")) + "]"))
                .hasSize(20);
    }

    @Test
    void aCloudEventSentAsPlainJsonIsToldHowToGoOn() {
        ProblemException refusal =
                refusal("application/json", Map.of(), bytes("{\"specversion\":\"1.0\",\"id\":\"1\"}"));

        assertThat(refusal.errors().get(0).detail()).contains("application/cloudevents+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "{\"id\":1,}", "[1,]", "{'id':1}", "nul", "{} {}", "NaN", "01", "\u0000", "\"\u0000\""})
    void whatIsNotJsonIsRefused(String body) {
        assertThat(errors(body)).containsExactly(tuple("", "malformed-json"));
    }

    @Test
    void aSyntaxErrorHasLineAndColumn() {
        ProblemException refusal = refusal("application/json", Map.of(), bytes("{\n \"id\": 1,\n}"));

        assertThat(refusal.errors().get(0).params()).containsEntry("line", 3).containsEntry("column", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32", "ISO-8859-1"})
    void otherEncodingsAreRefused(String charset) {
        byte[] body = VALID.replace("shop", "obchod ěščř ÿ").getBytes(Charset.forName(charset));

        assertThat(refusal("application/json", Map.of(), body).errors())
                .extracting(FieldError::code)
                .containsExactly("malformed-json");
    }

    @Test
    void aByteOrderMarkIsSkipped() {
        assertThat(read("\uFEFF" + VALID)).isEqualTo(read(VALID));
        assertThat(reader.of("\uFEFF" + VALID)).isEqualTo(read(VALID));
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 100_000})
    void deepNestingIsRefusedWithoutHarm(int depth) {
        String deep = VALID.replace("12.50", "[".repeat(depth) + "]".repeat(depth));

        assertThat(errors(deep)).containsExactly(tuple("", "malformed-json"));
    }

    @Test
    void ofTwoMembersOfTheSameNameTheLastCounts() {
        assertThat(read(VALID.replace("\"id\":\"ord-1\"", "\"id\":7,\"id\":\"ord-9\"")))
                .singleElement()
                .extracting(Event::id)
                .isEqualTo("ord-9");
    }

    @Test
    @DisplayName("G6: what the store's text could not hold may stand in the data")
    void dataMayHoldAnything() {
        String data = "{\"nul\":\"\\u0000\",\"lone\":\"\\ud800\",\"huge\":1e999999,\"\\udfff\":-0.0}";

        Event event =
                read(VALID.replace("{\"customer\":{\"credit\":12.50}}", data)).get(0);

        assertThat(event.data()).hasToString(data);
        assertThat(parse(new String(event.data().toBytes(), StandardCharsets.UTF_8)))
                .isEqualTo(event.data());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/vnd.shop+json",
                "application/cloudevents",
                "application/cloudevents+avro",
                "application/json; charset=utf-16",
                "application/json; charset=\"iso-8859-2\"",
                "application/json; charset",
                "application/cloudevents+json;charset=latin1",
                "json",
                "application/json, text/plain",
                ""
            })
    void otherContentTypesAreUnsupported(String contentType) {
        ProblemException refusal = refusal(contentType, Map.of(), bytes(VALID));

        assertThat(refusal.status()).isEqualTo(415);
        assertThat(refusal).hasMessageContaining("application/cloudevents+json");
    }

    @Test
    void aMissingContentTypeIsUnsupported() {
        ProblemException refusal =
                catchThrowableOfType(ProblemException.class, () -> reader.read(null, Map.of(), bytes(VALID)));

        assertThat(refusal.status()).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON ; Charset=\"UTF-8\"",
                "application/json;charset=utf-8;profile=\"a;b\\\"c\"",
                "application/json;",
            })
    void jsonInUtf8IsTaken(String contentType) {
        assertThat(reader.read(contentType, Map.of(), bytes(VALID))).hasSize(1);
    }

    @Test
    @DisplayName("C4: an engineer's route hands events over in any shape that Java or JSON has")
    void shapesOfAnEngineersRoute() throws Exception {
        Event event = read(VALID).get(0);
        Map<String, Object> map = Map.of(
                "source", "shop",
                "id", "ord-1",
                "type", "customer.credit.changed",
                "entity", Map.of("type", "customer", "id", "42"),
                "sequence", 17L,
                "occurredAt", "2026-11-22T10:00:00Z",
                "data", Map.of("customer", Map.of("credit", new BigDecimal("12.50"))));

        for (Object body : List.of(event, map, parse(VALID), VALID, new StringBuilder(VALID), bytes(VALID))) {
            assertThat(reader.of(body)).containsExactly(event);
            assertThat(reader.of(List.of(body, body))).containsExactly(event, event);
            assertThat(reader.of(new Object[] {body})).containsExactly(event);
        }
        assertThat(reader.of("[" + VALID + "]")).containsExactly(event);
        assertThat(reader.of(parse("[" + VALID + "]"))).containsExactly(event);
    }

    @Test
    void whatAnEngineersRouteBuiltIsCheckedToo() {
        Event noId = new Event("", "a\u0000", "t", new EntityRef("", "1"), -1L, "now", Json.EMPTY);

        assertThat(errorsOf(noId))
                .containsExactly(
                        tuple("/id", "invalid-character"),
                        tuple("/entity/type", "empty"),
                        tuple("/sequence", "not-whole"),
                        tuple("/occurredAt", "invalid-time"));
        assertThat(errorsOf(null)).containsExactly(tuple("", "type-mismatch"));
        assertThat(errorsOf(7)).containsExactly(tuple("", "type-mismatch"));
        assertThat(errorsOf("{")).containsExactly(tuple("", "malformed-json"));
        assertThat(errorsOf(Arrays.asList(VALID, null, "[" + VALID + "]")))
                .containsExactly(tuple("/1", "type-mismatch"), tuple("/2", "type-mismatch"));
        assertThat(errorsOf(List.of())).containsExactly(tuple("", "empty"));
    }

    @Test
    void dataThatCouldNotBeReadBackIsRefused() {
        Json deep = Json.EMPTY;
        for (int i = 0; i < 101; i++) {
            deep = new Json.Obj(Map.of("a", deep));
        }
        Json.Obj digits = new Json.Obj(Map.of("n", new Json.Num("9".repeat(1_001))));

        for (Json.Obj data : List.of((Json.Obj) deep, digits)) {
            assertThat(errorsOf(new Event("", "1", "t", new EntityRef("e", "1"), null, null, data)))
                    .containsExactly(tuple("", "malformed-json"));
        }
    }

    private List<Event> read(String body) {
        return reader.read("application/json", Map.of(), bytes(body));
    }

    private List<Tuple> errors(String body) {
        return tuples(refusal("application/json", Map.of(), bytes(body)));
    }

    private List<Tuple> errorsOf(@Nullable Object body) {
        return tuples(catchThrowableOfType(ProblemException.class, () -> reader.of(body)));
    }

    private static List<Tuple> tuples(ProblemException refusal) {
        assertThat(refusal.status()).isEqualTo(400);
        return new ArrayList<>(refusal.errors().stream()
                .map(error -> tuple(error.pointer(), error.code()))
                .toList());
    }

    private ProblemException refusal(String contentType, Map<String, String> headers, byte[] body) {
        return catchThrowableOfType(ProblemException.class, () -> reader.read(contentType, headers, body));
    }

    private static String arrayOf(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> VALID.replace("ord-1", "ord-" + i))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static Json parse(String text) {
        try {
            return Json.parse(text);
        } catch (JsonSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
