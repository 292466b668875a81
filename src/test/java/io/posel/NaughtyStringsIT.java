package io.posel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.template.BodyTemplate;
import io.posel.testing.Corpora;
import io.posel.testing.HttpAnswer;
import io.posel.testing.Parallel;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each of the Big List of Naughty Strings in each place that takes a text, all the way to the receiver. Whether a place
 * takes it is written here once more, so that the test does not trust the code.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NaughtyStringsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]");
    private static final List<String> STRINGS = Corpora.naughtyStrings();

    private Receiver receiver;
    private RunningPosel running;
    private PoselClient posel;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        receiver = Receiver.start();
        running = RunningPosel.on(TestDatabase.H2, home).start();
        posel = running.client();
        assertThat(STRINGS).hasSize(481);
    }

    @AfterAll
    void stop() throws Exception {
        running.close();
        receiver.close();
    }

    @Test
    @DisplayName(
            "S5, S7, G6: as data it arrives in body, path, query and header as it is, or dies alone where it cannot")
    void values() {
        String plain = create(
                "value",
                "\"url\":\"%s\",\"body\":\"{\\\"in\\\":\\\"<#s#>\\\",\\\"whole\\\":#s#}\","
                                .formatted(receiver.url("/value/#event.id#/#s#/end?q=#s#&#s#=1"))
                        + "\"filter\":{\"s\":" + Json.of(STRINGS) + "}");
        String header = create(
                "value",
                "\"url\":\"%s\",\"headers\":{\"X-Naughty\":\"#s#\"}".formatted(receiver.url("/header/#event.id#")));

        accept(STRINGS, i -> event("value-" + i, "value", "value-" + i, Json.object("s", STRINGS.get(i))));
        awaitSettled();

        Map<String, ReceivedRequest> received = received();
        for (int i = 0; i < STRINGS.size(); i++) {
            String string = STRINGS.get(i);
            ReceivedRequest request = received.get("value-" + i);
            if (string.equals(".")) {
                assertThat(request).isNull(); // it would be a step in the path
                continue;
            }
            assertThat(request.text())
                    .isEqualTo(Json.object("in", "<" + string + ">", "whole", string)
                            .toString());
            String[] target = request.target().split("\\?", -1);
            String[] path = target[0].split("/", -1);
            String[] query = target[1].split("&", -1);
            assertThat(target).hasSize(2);
            assertThat(path).hasSize(5).endsWith("end");
            assertThat(decoded(path[3])).isEqualTo(string);
            assertThat(query).hasSize(2);
            assertThat(decoded(query[0])).isEqualTo("q=" + string);
            assertThat(decoded(query[1])).isEqualTo(string + "=1");

            ReceivedRequest get = received.get("header:value-" + i);
            if (CONTROL.matcher(string).find()) {
                assertThat(get).isNull();
            } else {
                assertThat(get.header("X-Naughty")).hasValue(withoutSpaceAround(string));
            }
        }
        assertThat(deliveries(plain)).isEqualTo(Map.of("delivered", 480, "dead", 1));
        assertThat(deliveries(header)).isEqualTo(Map.of("delivered", 478, "dead", 3));
        assertThat(posel.get("/api/deliveries?state=dead").all("items", "reason"))
                .containsExactly("render", "render", "render", "render");
    }

    @Test
    @DisplayName("S5, G6: as the name of a member it arrives as it is")
    void names() {
        String webhook = create("name", body("name", "#o#"));

        accept(STRINGS, i -> event("name-" + i, "name", "x", Json.object("o", Map.of(STRINGS.get(i), "v"))));
        awaitSettled();

        Map<String, ReceivedRequest> received = received();
        for (int i = 0; i < STRINGS.size(); i++) {
            assertThat(received.get("name-" + i).text())
                    .isEqualTo(Json.object(STRINGS.get(i), "v").toString());
        }
        assertThat(deliveries(webhook)).isEqualTo(Map.of("delivered", STRINGS.size()));
    }

    @Test
    @DisplayName("F6, G6: as an entity's id it arrives as it is and is found in the log, or is refused with its place")
    void entities() {
        String webhook = create("entity", body("entity", "\\\"#entity.id#\\\""));
        List<String> legal = legal(200);
        refusedElsewhere(legal, "/entity/id", string -> event("x", "entity", string, Json.EMPTY));

        accept(legal, i -> event("entity-" + i, "entity", legal.get(i), Json.EMPTY));
        awaitSettled();

        Map<String, ReceivedRequest> received = received();
        for (int i = 0; i < legal.size(); i++) {
            ReceivedRequest request = received.get("entity-" + i);
            assertThat(request.text()).isEqualTo(new Json.Str(legal.get(i)).toString());
            assertPrintable(request, "webhook-entity", "naughty:" + legal.get(i));
            if (i % 5 > 0) {
                continue;
            }
            String entity = URLEncoder.encode("naughty:" + legal.get(i), UTF_8);
            assertThat(posel.get("/api/deliveries?webhook=" + webhook + "&entity=" + entity)
                            .all("items", "eventId"))
                    .containsExactly("entity-" + i);
        }
        assertThat(deliveries(webhook)).isEqualTo(Map.of("delivered", legal.size()));
    }

    @Test
    @DisplayName(
            "G7, G6: as an event's id it arrives as it is and is known the second time, or is refused with its place")
    void ids() {
        String webhook =
                create("id", "\"url\":\"" + receiver.url("/id/?#event.id#") + "\",\"body\":\"\\\"#event.id#\\\"\"");
        List<String> legal = legal(128);
        refusedElsewhere(legal, "/id", string -> event(string, "id", "x", Json.EMPTY));

        HttpAnswer first = accept(legal, i -> event(legal.get(i), "id", "x", Json.EMPTY));
        HttpAnswer second = accept(legal, i -> event(legal.get(i), "id", "x", Json.EMPTY));
        awaitSettled();

        assertThat(first.all("events", "id")).isEqualTo(legal);
        assertThat(first.all("events", "status")).containsOnly("accepted");
        assertThat(second.all("events", "id")).isEqualTo(legal);
        assertThat(second.all("events", "status")).containsOnly("duplicate");
        List<String> bodies = receiver.requests().stream()
                .filter(request -> request.target().startsWith("/id/"))
                .map(ReceivedRequest::text)
                .toList();
        assertThat(bodies)
                .containsExactlyInAnyOrderElementsOf(
                        legal.stream().map(id -> new Json.Str(id).toString()).toList());
        assertThat(deliveries(webhook)).isEqualTo(Map.of("delivered", legal.size()));
    }

    @Test
    @DisplayName("S2, G6: as an event's type it triggers the webhook that names it, or is refused with its place")
    void types() {
        List<String> legal = legal(100);
        refusedElsewhere(legal, "/type", string -> event("x", string, "x", Json.EMPTY));
        List<String> nameable = legal.stream()
                .filter(string -> !string.isBlank() && !string.contains("*"))
                .toList();
        List<String> webhooks = new ArrayList<>();
        for (int from = 0; from < nameable.size(); from += 100) {
            List<String> some = nameable.subList(from, Math.min(nameable.size(), from + 100));
            webhooks.add(posel.createWebhook("{\"name\":\"types\",\"ordering\":\"none\",\"events\":" + Json.of(some)
                    + "," + body("type", "\\\"#event.type#\\\"") + "}"));
        }
        for (String string : STRINGS) {
            if (!nameable.contains(string)) {
                HttpAnswer answer = posel.post(
                        "/api/webhooks",
                        "{\"name\":\"n\",\"url\":\"http://a.example/\",\"events\":[" + new Json.Str(string) + "]}");
                assertThat(answer.status()).as(string).isEqualTo(400);
                assertThat(answer.at("errors.0.pointer")).isEqualTo("/events/0");
            }
        }

        accept(legal, i -> event("type-" + i, legal.get(i), "x", Json.EMPTY));
        awaitSettled();

        Map<String, ReceivedRequest> received = received();
        for (int i = 0; i < legal.size(); i++) {
            ReceivedRequest request = received.get("type-" + i);
            if (nameable.contains(legal.get(i))) {
                assertThat(request.text()).isEqualTo(new Json.Str(legal.get(i)).toString());
                assertPrintable(request, "webhook-event", legal.get(i));
            } else {
                assertThat(request).isNull();
            }
        }
        assertThat(webhooks.stream()
                        .mapToInt(webhook -> deliveries(webhook).getOrDefault("delivered", 0))
                        .sum())
                .isEqualTo(nameable.size());
    }

    @Test
    @DisplayName("S8, G6: as constant text of a template it is sent as it is, or refused with its place when saved")
    void templates() throws Exception {
        Parallel.each(IntStream.range(0, STRINGS.size()).boxed().toList(), i -> {
            createWithConstant(i, STRINGS.get(i));
            assertBodyIsJsonAndHeaderIsOneLineOrRefused(STRINGS.get(i));
            assertUrlKeepsItsHostOrIsRefused(STRINGS.get(i));
        });

        posel.accept("[" + event("t", "template", "x", Json.EMPTY) + "]");
        awaitSettled();

        Map<String, ReceivedRequest> received = new HashMap<>();
        receiver.requests().forEach(request -> received.put(request.target().split("\\?")[0], request));
        for (int i = 0; i < STRINGS.size(); i++) {
            ReceivedRequest request = received.get("/template-" + i);
            assertThat(request.text())
                    .isEqualTo(Json.object("s", STRINGS.get(i)).toString().replace("#", "\\u0023"));
            assertThat(decoded(request.target().split("\\?c=", -1)[1].replace("+", " ")))
                    .isEqualTo(STRINGS.get(i));
            assertThat(request.header("X-Constant"))
                    .isEqualTo(
                            CONTROL.matcher(STRINGS.get(i)).find()
                                    ? Optional.empty()
                                    : Optional.of(withoutSpaceAround(STRINGS.get(i))));
        }
        assertThat(running.rows("select d.state, count(*) from delivery d join event e on e.no = d.event_no"
                        + " where e.type = 'template' group by d.state"))
                .containsExactly("delivered " + STRINGS.size());
    }

    private void createWithConstant(int i, String string) {
        boolean line = !CONTROL.matcher(string).find();
        boolean name = line && !string.isBlank() && string.codePointCount(0, string.length()) <= 200;
        Json definition = Json.object(
                "name",
                name ? string : "template",
                "ordering",
                "none",
                "events",
                List.of("template"),
                "url",
                receiver.url("/template-" + i + "?c=" + URLEncoder.encode(string, UTF_8)),
                "body",
                Json.object("s", string).toString().replace("#", "\\u0023"),
                "headers",
                line ? Map.of("X-Constant", string) : Map.of());

        HttpAnswer answer = posel.post("/api/webhooks", definition.toString());

        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        assertThat(answer.at("name")).isEqualTo(name ? string : "template");
    }

    private void assertBodyIsJsonAndHeaderIsOneLineOrRefused(String string) {
        Json text = new Json.Str(string);
        HttpAnswer answer = preview("\"http://a.example/\"", text.toString(), text);

        List<String> refused = new ArrayList<>();
        boolean blank = BodyTemplate.isBlank(string);
        if (!blank && !isJson(string)) {
            refused.add("/body");
        }
        if (CONTROL.matcher(string).find()) {
            refused.add("/headers/X");
        }
        assertThat(answer.status()).as(answer.toString()).isEqualTo(refused.isEmpty() ? 200 : 422);
        assertThat(answer.all("errors", "pointer")).isEqualTo(refused);
        assertThat(!refused.isEmpty() || blank || answer.at("body").equals(string))
                .as(answer.toString())
                .isTrue();
    }

    private static boolean isJson(String text) {
        try {
            Json.parse(text);
            return true;
        } catch (JsonSyntaxException e) {
            return false;
        }
    }

    private void assertUrlKeepsItsHostOrIsRefused(String string) {
        String url = "http://a.example:81/p?c=" + string;
        HttpAnswer answer = preview(new Json.Str(url).toString(), "\"{}\"", new Json.Str("x"));
        if (answer.status() == 200) {
            assertThat(answer.at("url")).startsWith("http://a.example:81/p?c=").matches("[!-~]+");
        } else {
            assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
            assertThat(answer.at("errors.0.pointer")).isEqualTo("/url");
        }
    }

    private HttpAnswer preview(String url, String body, Json header) {
        return posel.post(
                "/api/preview",
                "{\"url\":%s,\"body\":%s,\"headers\":{\"X\":%s},\"eventType\":\"session.ended\"}"
                        .formatted(url, body, header));
    }

    private String create(String type, String rest) {
        return posel.createWebhook("{\"name\":\"w\",\"ordering\":\"none\",\"events\":[\"" + type + "\"]," + rest + "}");
    }

    private String body(String path, String body) {
        return "\"url\":\"%s\",\"body\":\"%s\"".formatted(receiver.url("/" + path + "/#event.id#"), body);
    }

    private static Json event(String id, String type, String entity, Json data) {
        return Json.object("id", id, "type", type, "entity", Map.of("type", "naughty", "id", entity), "data", data);
    }

    private HttpAnswer accept(List<String> strings, Function<Integer, Json> event) {
        return posel.accept(
                Json.of(IntStream.range(0, strings.size()).boxed().map(event).toList())
                        .toString());
    }

    /** Those that may be a key of at most so many characters. */
    private static List<String> legal(int max) {
        Predicate<String> control = CONTROL.asPredicate();
        return STRINGS.stream()
                .filter(string -> !string.isEmpty() && string.length() <= max && !control.test(string))
                .toList();
    }

    private void refusedElsewhere(List<String> legal, String pointer, Function<String, Json> event) {
        for (String string : STRINGS) {
            if (!legal.contains(string)) {
                HttpAnswer answer = posel.post("/events", event.apply(string).toString());
                assertThat(answer.status()).as(string).isEqualTo(400);
                assertThat(answer.all("errors", "pointer")).containsExactly(pointer);
            }
        }
    }

    private static void assertPrintable(ReceivedRequest request, String header, String value) {
        boolean printable = value.matches("[ -~]*") && value.equals(value.strip());
        assertThat(request.header(header)).isEqualTo(printable ? Optional.of(value) : Optional.empty());
    }

    private static String withoutSpaceAround(String value) {
        return value.replaceAll("^[ \t]+|[ \t]+$", "");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }

    private void awaitSettled() {
        await().atMost(PATIENCE)
                .until(() -> running.rows("select count(*) from delivery where state in ('held', 'queued')")
                        .equals(List.of("0")));
    }

    private Map<String, Integer> deliveries(String webhook) {
        Map<String, Integer> states = new HashMap<>();
        for (String row : running.rows(
                "select state, count(*) from delivery where webhook_id = '" + webhook + "' group by state")) {
            states.put(row.split(" ")[0], Integer.valueOf(row.split(" ")[1]));
        }
        return states;
    }

    /** By the event's id, which is the second segment of the path; those to {@code /header} apart. */
    private Map<String, ReceivedRequest> received() {
        Map<String, ReceivedRequest> received = new HashMap<>();
        for (ReceivedRequest request : receiver.requests()) {
            String[] path = request.target().split("[/?]");
            if (path.length > 2) {
                received.put((path[1].equals("header") ? "header:" : "") + path[2], request);
            }
        }
        return received;
    }
}
