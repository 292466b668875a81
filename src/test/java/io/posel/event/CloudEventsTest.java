package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventsTest {
    private static final String ONE = "application/cloudevents+json";
    private static final String BATCH = "application/cloudevents-batch+json; charset=utf-8";

    private static final String VALID = """
            {"specversion":"1.0","id":"A-1","source":"/shop","type":"customer.credit.changed","subject":"42",\
            "time":"2018-04-05T17:31:00Z","datacontenttype":"application/json","sequence":"0017",\
            "comexampleextension":true,"data":{"credit":12.50}}""";

    private static final Event EVENT = new Event(
            "/shop",
            "A-1",
            "customer.credit.changed",
            new EntityRef("customer", "42"),
            17L,
            "2018-04-05T17:31:00Z",
            new Json.Obj(Map.of("credit", new Json.Num("12.50"))));

    private final EventReader reader = new EventReader(() -> "generated");

    @Test
    void oneIsReadInTheJsonFormat() {
        assertThat(read(ONE, VALID)).containsExactly(EVENT);
    }

    @Test
    void manyAreReadAsABatch() {
        assertThat(read(BATCH, "[" + VALID + "," + VALID + "]")).containsExactly(EVENT, EVENT);
    }

    @Test
    void anEmptyBatchIsValidByTheSpecification() {
        assertThat(read(BATCH, "[]")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "specversion":"1.0"   | "specversion":"0.3"            | /specversion     | unsupported-version
            "specversion":"1.0"   | "specversion":1.0              | /specversion     | type-mismatch
            "specversion":"1.0",  | ``                             | /specversion     | required
            "id":"A-1",           | ``                             | /id              | required
            "source":"/shop"      | "source":null                  | /source          | required
            "source":"/shop"      | "source":""                    | /source          | empty
            "subject":"42",       | ``                             | /subject         | required
            "subject":"42",       | "partitionkey":7,              | /partitionkey    | type-mismatch
            "subject":"42"        | "subject":"4\\u0000"           | /subject         | invalid-character
            "subject":"42"        | "subject":"42","entitytype":""  | /entitytype     | empty
            "customer.credit.changed" | "posel.webhook.failing"    | /type            | reserved-type
            "customer.credit.changed" | ".credit"                  | /entitytype      | empty
            "0017"                | "17.0"                         | /sequence        | not-whole
            "0017"                | "-1"                           | /sequence        | not-whole
            "0017"                | ""                             | /sequence        | not-whole
            "0017"                | "9223372036854775808"          | /sequence        | too-large
            "0017"                | 1e3                            | /sequence        | not-whole
            "0017"                | true                           | /sequence        | type-mismatch
            "2018-04-05T17:31:00Z" | "2018-04-05"                  | /time            | invalid-time
            "application/json"    | "application/xml"              | /datacontenttype | not-json
            "application/json"    | "application/json;charset=x"   | /datacontenttype | not-json
            {"credit":12.50}      | "{}"                           | /data            | type-mismatch
            ,"data":{"credit":12.50} | ``                          | /data            | required
            "data":               | "data_base64":"e30=","data":   | /data_base64     | conflict
            "data":{"credit":12.50} | "data_base64":"e"            | /data_base64     | not-base64
            "data":{"credit":12.50} | "data_base64":"e3t7"         | /data_base64     | malformed-json
            "data":{"credit":12.50} | "data_base64":"W10="         | /data_base64     | type-mismatch
            "data":{"credit":12.50} | "data_base64":7              | /data_base64     | type-mismatch
            """)
    void whatIsWrongIsSaidWithItsPlace(String from, String to, String pointer, String code) {
        assertThat(VALID).contains(from);
        String broken = VALID.replace(from, to);

        assertThat(errors(ONE, Map.of(), broken)).containsExactly(tuple(pointer, code));
        assertThat(errors(BATCH, Map.of(), "[" + VALID + "," + broken + "]"))
                .containsExactly(tuple("/1" + pointer, code));
    }

    @Test
    void theEntityComesFromSubjectOrElsePartitionkeyAndMayNameItsType() {
        String both = VALID.replace("\"subject\"", "\"partitionkey\":\"p\",\"subject\"");
        String key = VALID.replace("\"subject\"", "\"partitionkey\"");
        String typed = VALID.replace("\"subject\"", "\"entitytype\":\"client\",\"subject\"");

        assertThat(read(ONE, both)).containsExactly(EVENT);
        assertThat(read(ONE, key)).containsExactly(EVENT);
        assertThat(read(ONE, typed).get(0).entity()).isEqualTo(new EntityRef("client", "42"));
    }

    @Test
    void aTypeWithoutADotIsItsOwnEntityType() {
        assertThat(read(ONE, VALID.replace("customer.credit.changed", "ping"))
                        .get(0)
                        .entity())
                .isEqualTo(new EntityRef("ping", "42"));
    }

    @Test
    void binaryDataIsDecodedAndRead() {
        String base64 = Base64.getEncoder().encodeToString("{\"credit\":12.50}".getBytes(StandardCharsets.UTF_8));

        assertThat(read(ONE, VALID.replace("\"data\":{\"credit\":12.50}", "\"data_base64\":\"" + base64 + "\"")))
                .containsExactly(EVENT);
    }

    @Test
    void aBatchSentAsOneAndOneSentAsABatchAreRefused() {
        assertThat(errors(ONE, Map.of(), "[" + VALID + "]")).containsExactly(tuple("", "type-mismatch"));
        assertThat(errors(BATCH, Map.of(), VALID)).containsExactly(tuple("", "type-mismatch"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/vnd.shop+json; charset=UTF-8"})
    void binaryModeHasTheAttributesInHeaders(String contentType) {
        assertThat(reader.read(contentType, headers(), bytes("{\"credit\":12.50}")))
                .containsExactly(EVENT);
    }

    @Test
    void structuredModeRulesWhereBothAreThere() {
        Map<String, String> headers = headers();
        headers.put("ce-id", "other");

        assertThat(reader.read(ONE, headers, bytes(VALID))).containsExactly(EVENT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Euro%20%E2%82%AC%20%F0%9F%98%80 | Euro € 😀
            %41%2fb%25                      | A/b%
            %2541                           | %41
            "a \\"b\\" %2f"                 | a "b" /
            "                               | "
            ``                              | ``
            """)
    void headerValuesAreDecodedOnce(String header, String value) {
        Map<String, String> headers = headers();
        headers.put("ce-subject", header);

        if (value.isEmpty()) {
            assertThat(errors("application/json", headers, "{}")).containsExactly(tuple("/subject", "empty"));
        } else {
            assertThat(reader.read("application/json", headers, bytes("{}"))
                            .get(0)
                            .entity()
                            .id())
                    .isEqualTo(value);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%C0%A0", "%", "%4", "%zz", "a%ED%A0%80", "\u00e9", "\u00c3\u00a9", "\u20ac", "%FF"})
    void headerValuesThatAreNotPercentEncodedUtf8AreRefused(String header) {
        Map<String, String> headers = headers();
        headers.put("ce-subject", header);

        assertThat(errors("application/json", headers, "{}")).containsExactly(tuple("/subject", "invalid-encoding"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"posel.webhook.failing", "%70osel.x", "\"posel.x\""})
    void binaryModeKnowsPoselsOwnTypesInAnyWriting(String type) {
        Map<String, String> headers = headers();
        headers.put("ce-type", type);

        assertThat(errors("application/json", headers, "{}")).containsExactly(tuple("/type", "reserved-type"));
    }

    @Test
    void binaryModeTellsWhatIsMissing() {
        assertThat(errors("application/json", Map.of("ce-id", "1", "ce-subject", "%00"), ""))
                .containsExactlyInAnyOrder(
                        tuple("/specversion", "required"),
                        tuple("/source", "required"),
                        tuple("/type", "required"),
                        tuple("/subject", "invalid-character"),
                        tuple("/data", "required"));
        assertThat(errors("application/json", headers(), "{")).containsExactly(tuple("", "malformed-json"));
    }

    @Test
    void binaryModeTakesOnlyJsonData() {
        ProblemException refusal = catchThrowableOfType(
                ProblemException.class, () -> reader.read("application/xml", headers(), bytes("<a/>")));

        assertThat(refusal.status()).isEqualTo(415);
    }

    private static Map<String, String> headers() {
        return new HashMap<>(Map.of(
                "ce-specversion", "1.0",
                "ce-id", "A-1",
                "ce-source", "/shop",
                "ce-type", "customer.credit.changed",
                "ce-subject", "42",
                "ce-time", "2018-04-05T17:31:00Z",
                "ce-sequence", "17",
                "ce-datacontenttype", "text/xml",
                "host", "localhost"));
    }

    private List<Event> read(String contentType, String body) {
        return reader.read(contentType, Map.of(), bytes(body));
    }

    private List<Tuple> errors(String contentType, Map<String, String> headers, String body) {
        ProblemException refusal =
                catchThrowableOfType(ProblemException.class, () -> reader.read(contentType, headers, bytes(body)));
        assertThat(refusal.status()).isEqualTo(400);
        return refusal.errors().stream()
                .map(error -> tuple(error.pointer(), error.code()))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
