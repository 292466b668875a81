package io.posel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.posel.json.Json;
import io.posel.template.BodyTemplate;
import io.posel.testing.Corpora;
import io.posel.testing.Corpora.Case;
import io.posel.testing.HttpAnswer;
import io.posel.testing.Parallel;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The JSON Parsing Test Suite in every place that takes JSON from outside. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JsonTestSuiteIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String[] JSON = {"Content-Type", "application/json"};
    private static final String[] CLOUD_EVENT = {"Content-Type", "application/cloudevents+json"};
    private static final String[] BATCH = {"Content-Type", "application/cloudevents-batch+json"};

    private final ObjectMapper jackson = new ObjectMapper(new JsonFactory())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Receiver receiver;
    private RunningPosel running;
    private PoselClient posel;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        receiver = Receiver.start();
        running = RunningPosel.on(TestDatabase.H2, home).start();
        posel = running.client();
    }

    @AfterAll
    void stop() throws Exception {
        running.close();
        receiver.close();
    }

    /** A text in a place of a request. */
    private record Sent(String place, byte[] body, String... headers) {}

    private static List<Sent> sentWhole(Case json) {
        return List.of(
                new Sent("whole", json.bytes(), JSON),
                new Sent("whole", json.bytes(), CLOUD_EVENT),
                new Sent("whole", json.bytes(), BATCH));
    }

    private static List<Sent> sentAsData(Case json) {
        String id = id(json);
        byte[] data = json.bytes();
        byte[] base64 = Base64.getEncoder().encode(data);
        return List.of(
                new Sent("event", event(id + "-event", data), JSON),
                new Sent("cloud event", cloudEvent(id + "-cloud", "data", data), CLOUD_EVENT),
                new Sent("base64", cloudEvent(id + "-base64", "data_base64", joined("\"", base64, "\"")), CLOUD_EVENT),
                new Sent(
                        "binary",
                        data,
                        "Content-Type",
                        "application/json; charset=utf-8",
                        "ce-specversion",
                        "1.0",
                        "ce-type",
                        "suite.json",
                        "ce-source",
                        "/s",
                        "ce-subject",
                        "1",
                        "ce-id",
                        id + "-binary"));
    }

    private static byte[] event(String id, byte[] data) {
        String rest = "{\"type\":\"suite.json\",\"entity\":{\"type\":\"file\",\"id\":\"1\"},\"id\":\"%s\",\"data\":";
        return joined(rest.formatted(id), data, "}");
    }

    private static byte[] cloudEvent(String id, String member, byte[] data) {
        String rest =
                "{\"specversion\":\"1.0\",\"type\":\"suite.json\",\"source\":\"/s\",\"subject\":\"1\",\"id\":\"%s\",\"%s\":";
        return joined(rest.formatted(id, member), data, "}");
    }

    private static byte[] array(List<byte[]> items) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] item : items) {
            out.write(out.size() == 0 ? '[' : ',');
            out.writeBytes(item);
        }
        out.write(']');
        return out.toByteArray();
    }

    /** Its name as it may stand in a path. */
    private static String id(Case json) {
        return json.name().replaceAll("[^A-Za-z0-9_-]", "_");
    }

    private static byte[] joined(String before, byte[] data, String behind) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(before.getBytes(UTF_8));
        out.writeBytes(data);
        out.writeBytes(behind.getBytes(UTF_8));
        return out.toByteArray();
    }

    private static Case inObject(Case json) {
        return new Case(json.name(), joined("{\"v\":", json.bytes(), "}"));
    }

    private HttpAnswer post(Sent sent) {
        return posel.postBytes("/events", sent.body(), sent.headers());
    }

    private String storedEvents() {
        return running.rows("select count(*) from event").get(0);
    }

    @Test
    @DisplayName("S8: what is no JSON is refused in every form, and nothing is stored")
    void noJson() throws Exception {
        String stored = storedEvents();
        Parallel.each(Corpora.jsonTestSuite("n_"), json -> {
            List<Sent> places = new ArrayList<>(sentWhole(json));
            places.addAll(sentAsData(json));
            for (Sent sent : places) {
                HttpAnswer answer = post(sent);

                assertThat(answer.status()).as(json + " " + sent.place()).isEqualTo(400);
                assertThat(answer.errors()).as(json + " " + sent.place()).containsExactly(malformed(sent));
            }
        });
        assertThat(storedEvents()).isEqualTo(stored);
    }

    private static String malformed(Sent sent) {
        if (sent.place().equals("binary") && sent.body().length == 0) {
            return "/data required"; // no body at all is no data
        }
        return sent.place().equals("base64") ? "/data_base64 malformed-json" : " malformed-json";
    }

    @Test
    @DisplayName("S8, G6: what is JSON is taken as data in every form, and reaches the receiver as the same value")
    void json() throws Exception {
        posel.createWebhook(webhook("json", "{\\\"v\\\":#v#}", "suite.json"));
        List<byte[]> events = new ArrayList<>();
        List<byte[]> cloudEvents = new ArrayList<>();
        List<Sent> binary = new ArrayList<>();
        for (Case json : Corpora.jsonTestSuite("y_")) {
            List<Sent> sent = sentAsData(inObject(json));
            events.add(sent.get(0).body());
            cloudEvents.add(sent.get(1).body());
            cloudEvents.add(sent.get(2).body());
            binary.add(sent.get(3));
        }
        assertThat(posel.postBytes("/events", array(events)).status()).isEqualTo(202);
        assertThat(posel.postBytes("/events", array(cloudEvents), BATCH).status())
                .isEqualTo(202);
        Parallel.each(binary, sent -> assertThat(post(sent).status()).isEqualTo(202));

        Map<String, ReceivedRequest> received = received();
        for (Case json : Corpora.jsonTestSuite("y_")) {
            JsonNode value = jackson.readTree(json.bytes());
            for (String form : List.of("event", "cloud", "base64", "binary")) {
                byte[] body = received.get("/json/" + id(json) + "-" + form).body();
                assertThat(jackson.readTree(body).path("v"))
                        .as(json + " " + form)
                        .isEqualTo(value.isNull() ? jackson.readTree("\"\"") : value);
            }
        }
    }

    @Test
    @DisplayName("S8: JSON of another shape than an event or its data is refused for its shape")
    void shapes() throws Exception {
        List<byte[]> objects = new ArrayList<>();
        for (Case json : Corpora.jsonTestSuite("y_")) {
            for (Sent sent : sentWhole(json)) {
                HttpAnswer answer = post(sent);

                boolean emptyBatch = sent.headers() == BATCH
                        && jackson.readTree(json.bytes()).equals(jackson.readTree("[]"));
                assertThat(answer.status()).as(json + " " + answer).isEqualTo(emptyBatch ? 202 : 400);
                assertThat(answer.text()).doesNotContain("malformed-json");
            }
            byte[] event = event("shape-" + id(json), json.bytes());
            if (jackson.readTree(json.bytes()).isObject()) {
                objects.add(event);
            } else {
                assertThat(posel.postBytes("/events", event).errors())
                        .as(json.name())
                        .containsAnyOf("/data type-mismatch", "/data required");
            }
        }
        assertThat(objects).hasSizeGreaterThan(10);
        assertThat(posel.postBytes("/events", array(objects)).status()).isEqualTo(202);
    }

    @Test
    @DisplayName("S8, G6: where RFC 8259 leaves the choice, numbers and lone surrogates pass, other encodings do not")
    void choices() throws Exception {
        posel.createWebhook(webhook("choice", "{\\\"v\\\":#v#}", "suite.json"));
        Map<String, Json> passed = new LinkedHashMap<>();
        for (Case json : Corpora.jsonTestSuite("i_")) {
            boolean passes = json.text().isPresent() && !json.name().startsWith("i_structure_");
            for (Sent sent : sentAsData(inObject(json))) {
                HttpAnswer answer = post(sent);

                assertThat(answer.status()).as(json + " " + answer).isEqualTo(passes ? 202 : 400);
                if (passes) {
                    passed.put("/choice/" + answer.at("events.0.id"), Json.object("v", Json.parse(json.bytes())));
                } else {
                    assertThat(answer.errors()).containsExactly(malformed(sent));
                }
            }
        }
        assertThat(passed).hasSize(4 * 20);
        Map<String, ReceivedRequest> received = received();
        for (String target : passed.keySet()) {
            assertThat(Json.parse(received.get(target).body())).as(target).isEqualTo(passed.get(target));
        }

        byte[] marked = joined(
                "\ufeff", "{\"type\":\"a\",\"entity\":{\"type\":\"b\",\"id\":\"c\"},\"data\":{}}".getBytes(UTF_8), "");
        assertThat(posel.postBytes("/events", marked).status()).isEqualTo(202);
    }

    @Test
    @DisplayName("S8: a body of JSON goes out byte by byte as it was written")
    void templates() throws Exception {
        Parallel.each(
                Corpora.jsonTestSuite("y_"),
                json -> posel.createWebhook(
                        webhook("template/" + id(json), escaped(json.text().orElseThrow()), "suite.template")));
        posel.accept("{\"id\":\"t\",\"type\":\"suite.template\",\"entity\":{\"type\":\"a\",\"id\":\"1\"},\"data\":{}}");

        Map<String, ReceivedRequest> received = received();
        for (Case json : Corpora.jsonTestSuite("y_")) {
            assertThat(received.get("/template/" + id(json) + "/t").body())
                    .as(json.name())
                    .isEqualTo(json.bytes());
        }
    }

    @Test
    @DisplayName("S8: a body that is no JSON is refused with its place and changes nothing; a blank one means GET")
    void noTemplates() {
        String id = posel.createWebhook(webhook("kept", "{}", "suite.kept"));
        String before = posel.get("/api/webhooks/" + id).text();
        List<String> blank = new ArrayList<>();
        for (Case json : Corpora.jsonTestSuite("n_")) {
            String body = json.text().orElse(null);
            if (body == null) {
                // no string of JSON can hold it
                byte[] definition = joined("{\"body\":\"", json.bytes(), "\"}");
                assertThat(posel.postBytes("/api/webhooks", definition).errors())
                        .as(json.name())
                        .containsExactly(" malformed-json");
                continue;
            } else if (BodyTemplate.isBlank(body)) {
                blank.add(json.name());
                String preview = "{\"url\":\"http://a.example/\",\"body\":\"%s\",\"eventType\":\"session.ended\"}";
                assertThat(posel.post("/api/preview", preview.formatted(body)).at("method"))
                        .isEqualTo("GET");
                continue;
            }
            HttpAnswer answer = posel.put("/api/webhooks/" + id, webhook("kept", escaped(body), "suite.kept"));

            boolean holdsNul = body.indexOf('\0') >= 0;
            assertThat(answer.status()).as(json + " " + answer).isEqualTo(holdsNul ? 400 : 422);
            assertThat(answer.at("errors.0.pointer")).isEqualTo("/body");
            if (!holdsNul) {
                assertThat(Integer.parseInt(answer.at("errors.0.params.line"))).isPositive();
                assertThat(Integer.parseInt(answer.at("errors.0.params.column")))
                        .isPositive();
            }
        }
        assertThat(blank)
                .containsExactlyInAnyOrder("n_single_space", "n_structure_no_data", "n_structure_UTF8_BOM_no_data");
        assertThat(posel.get("/api/webhooks/" + id).text()).isEqualTo(before);
    }

    @Test
    @DisplayName(
            "S8: of bodies where RFC 8259 leaves the choice, those of text and at most 100 deep are sent as written, without"
                    + " a byte order mark")
    void choicesOfTemplates() {
        for (Case json : Corpora.jsonTestSuite("i_")) {
            if (json.text().isEmpty()) {
                continue;
            }
            HttpAnswer answer = posel.post(
                    "/api/preview",
                    "{\"url\":\"http://a.example/\",\"body\":\"%s\",\"eventType\":\"session.ended\"}"
                            .formatted(escaped(json.text().get())));

            boolean marked = json.name().equals("i_structure_UTF-8_BOM_empty_object");
            boolean passes = marked || !json.name().startsWith("i_structure_");
            assertThat(answer.status()).as(json + " " + answer).isEqualTo(passes ? 200 : 422);
            if (passes) {
                assertThat(answer.at("body"))
                        .isEqualTo(
                                marked
                                        ? json.text().get().substring(1)
                                        : json.text().get());
            }
        }
    }

    private static String escaped(String text) {
        String quoted = new Json.Str(text).toString();
        return quoted.substring(1, quoted.length() - 1);
    }

    /** @param body as it stands between quotes */
    private String webhook(String path, String body, String type) {
        return "{\"name\":\"w\",\"events\":[\"%s\"],\"ordering\":\"none\",\"url\":\"%s\",\"body\":\"%s\"}"
                .formatted(type, receiver.url("/" + path + "/#event.id#"), body);
    }

    /** All requests, by their targets, once nothing is queued any more. */
    private Map<String, ReceivedRequest> received() {
        await().atMost(PATIENCE)
                .until(() -> running.rows("select count(*) from delivery where state in ('held', 'queued')")
                        .equals(List.of("0")));
        return receiver.requests().stream()
                .collect(Collectors.toMap(ReceivedRequest::target, request -> request, (first, repeat) -> first));
    }
}
