package io.posel.webhook;

import static io.posel.webhook.Example.body;
import static io.posel.webhook.Example.definition;
import static io.posel.webhook.Example.errors;
import static io.posel.webhook.Example.json;
import static io.posel.webhook.Example.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionsTest {
    private final Definitions definitions = new Definitions(Ordering.ENTITY, false);

    @Test
    void what_is_left_out_has_its_default() {
        assertThat(definitions.read(body("{}")))
                .isEqualTo(new Definition(
                        "Shop",
                        true,
                        List.of("customer.credit.changed"),
                        Map.of(),
                        "https://example.com/hook",
                        null,
                        Map.of(),
                        Ordering.ENTITY,
                        null,
                        null));
    }

    @Test
    @DisplayName("F6: the ordering of a new webhook is the one that is configured")
    void default_ordering() {
        assertThat(new Definitions(Ordering.NONE, false).read(body("{}")).ordering())
                .isEqualTo(Ordering.NONE);
        assertThat(definitions.read(body("{'ordering':'entityType'}")).ordering())
                .isEqualTo(Ordering.ENTITY_TYPE);
    }

    @Test
    @DisplayName("S1, S2, S4: switch, triggers, conditions and body are read")
    void all_members() {
        Definition read = definitions.read(
                body("{'enabled':false,'events':['user.created','mine'],'filter':{'account.eshopId':['7','8']},"
                        + "'body':'{\\'id\\':#customer.id#}','headers':{'X-Key':'k'},'concurrency':3,'rateLimit':0.5}"
                                .replace("\\'", "\\\"")));

        assertThat(read.enabled()).isFalse();
        assertThat(read.events()).containsExactly("user.created", "mine");
        assertThat(read.filter()).containsExactly(entry("account.eshopId", List.of("7", "8")));
        assertThat(read.body()).isEqualTo("{\"id\":#customer.id#}");
        assertThat(read.headers()).containsExactly(entry("X-Key", "k"));
        assertThat(read.concurrency()).isEqualTo(3);
        assertThat(read.rateLimit()).isEqualTo(0.5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"'7'|7", "7.50|7.50", "true|true", "[7,'x',false]|7,x,false", "''|``"})
    @DisplayName("S2: a condition's values are compared as text, a single one need not be a list")
    void filter_values(String value, String expected) {
        assertThat(String.join(
                        ",",
                        definitions
                                .read(body("{'filter':{'a.b':" + value + "}}"))
                                .filter()
                                .get("a.b")))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} gives {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'name':null}|/name required",
                "{'name':' '}|/name empty",
                "{'name':7}|/name type-mismatch",
                "{'name':'a\\u0000b'}|/name invalid-character",
                "{'name':'a\\ud800b'}|/name invalid-character",
                "{'name':'a\\nb'}|/name invalid-character",
                "{'enabled':'yes'}|/enabled type-mismatch",
                "{'events':null}|/events required",
                "{'events':[]}|/events required",
                "{'events':'user.created'}|/events type-mismatch",
                "{'events':['a','a']}|/events/1 duplicate",
                "{'events':['*']}|/events/0 wildcard",
                "{'events':['customer.*']}|/events/0 wildcard",
                "{'events':['']}|/events/0 empty",
                "{'events':[null]}|/events/0 type-mismatch",
                "{'events':['a\\u0000']}|/events/0 invalid-character",
                "{'filter':[]}|/filter type-mismatch",
                "{'filter':{'a':[]}}|/filter/a required",
                "{'filter':{'a':[[]]}}|/filter/a/0 type-mismatch",
                "{'filter':{'a':{'b':1}}}|/filter/a type-mismatch",
                "{'filter':{'#a#':'1'}}|/filter/#a# invalid-variable",
                "{'filter':{'a':'\\udc00'}}|/filter/a invalid-character",
                "{'url':null}|/url required",
                "{'url':''}|/url empty",
                "{'url':'https://x.cz/\\u0000'}|/url invalid-character",
                "{'body':{'a':1}}|/body type-mismatch",
                "{'body':'\\ud800'}|/body invalid-character",
                "{'headers':{'X-Key':7}}|/headers/X-Key type-mismatch",
                "{'headers':{'X-Key':'a','x-key':'b'}}|/headers/x-key duplicate",
                "{'ordering':'global'}|/ordering unknown-value",
                "{'ordering':7}|/ordering unknown-value",
                "{'concurrency':0}|/concurrency out-of-range",
                "{'concurrency':1001}|/concurrency out-of-range",
                "{'concurrency':1.5}|/concurrency out-of-range",
                "{'concurrency':1e999999999}|/concurrency out-of-range",
                "{'concurrency':'3'}|/concurrency type-mismatch",
                "{'rateLimit':0}|/rateLimit out-of-range",
                "{'rateLimit':-1}|/rateLimit out-of-range",
                "{'rateLimit':10000.1}|/rateLimit out-of-range",
                "{'rateLimit':1e999999999}|/rateLimit out-of-range",
                "{'enabld':true}|/enabld unknown-member",
                "{'a/b~c':true}|/a~1b~0c unknown-member",
            })
    void a_wrong_shape_is_refused_with_400(String change, String error) {
        ProblemException refusal = refusal(() -> definitions.read(body(change)));

        assertThat(refusal.status()).isEqualTo(400);
        assertThat(errors(refusal)).containsExactly(error);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "7", "'x'"})
    void what_is_no_object_is_refused(String text) {
        assertThat(refusal(() -> definitions.read(json(text))).status()).isEqualTo(400);
    }

    @Test
    void lengths_and_counts_are_bounded() {
        Definition longest = definitions.read(Example.body("{'name':'" + "ž".repeat(200) + "','events':['"
                + "e".repeat(100) + "'],'url':'https://x.cz/" + "u".repeat(8_000 - 13) + "','body':'"
                + " ".repeat(256 * 1024 - 1) + "1'}"));
        assertThat(longest.url()).hasSize(8_000);

        assertRefused("{'name':'" + "n".repeat(201) + "'}", "/name too-long");
        assertRefused("{'events':['" + "e".repeat(101) + "']}", "/events/0 too-long");
        assertRefused("{'events':[" + numbered(101, "'e%d'") + "]}", "/events too-many");
        assertRefused("{'url':'https://x.cz/" + "u".repeat(8_001 - 13) + "'}", "/url too-long");
        assertRefused("{'body':'" + " ".repeat(256 * 1024) + "1'}", "/body too-long");
        assertRefused("{'body':'\\\"" + "ž".repeat(128 * 1024) + "\\\"'}", "/body too-long");
        assertRefused("{'headers':{" + numbered(51, "'X-%d':'v'") + "}}", "/headers too-many");
        assertRefused("{'headers':{'" + "X".repeat(201) + "':'v'}}", "/headers/" + "X".repeat(100) + " too-long");
        assertRefused("{'headers':{'X':'" + "v".repeat(8_001) + "'}}", "/headers/X too-long");
        assertRefused("{'filter':{'" + "p".repeat(201) + "':'v'}}", "/filter/" + "p".repeat(201) + " too-long");
        assertRefused("{'filter':{" + numbered(51, "'f%d':'v'") + "}}", "/filter too-many");
        assertRefused("{'filter':{'a':[" + numbered(1_001, "'%d'") + "]}}", "/filter/a too-many");
        assertRefused("{'filter':{'a':'" + "v".repeat(1_001) + "'}}", "/filter/a too-long");
        assertThat(refusal(() -> definitions.read(body("{'filter':{'a':[" + numbered(1_000, "[%d]") + "]}}")))
                        .errors())
                .hasSize(100);
    }

    @Test
    void all_errors_are_seen_at_once() {
        ProblemException refusal = refusal(() -> definitions.read(
                json("{'name':'','events':[],'url':'nonsense','body':'{','headers':{'Host':'x'},'rateLimit':0}")));

        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.errors())
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder("/name", "/events", "/url", "/body", "/headers/Host", "/rateLimit");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'url':'https://#customer.id#.example.com/'}|/url|1|9",
                "{'body':'{\\n  oops}'}|/body|2|3",
                "{'headers':{'Host':'x'}}|/headers/Host|1|1",
                "{'headers':{'X-Key':'a\\nb'}}|/headers/X-Key|1|2",
            })
    void a_template_that_cannot_work_is_refused_with_422_line_and_column(
            String change, String pointer, int line, int column) {
        ProblemException refusal = refusal(() -> definitions.read(body(change)));

        assertThat(refusal.status()).isEqualTo(422);
        assertThat(refusal.errors()).singleElement().satisfies(error -> {
            assertThat(error.pointer()).isEqualTo(pointer);
            assertThat(error.code()).isNotEmpty();
            assertThat(error.params()).containsEntry("line", line).containsEntry("column", column);
        });
    }

    @Test
    @DisplayName("K43: what cannot be seen in a template is named by its code point")
    void invisible_characters() {
        for (String change : List.of(
                "{'body':'[1,\\u200b2]'}|U+200B",
                "{'body':'{“a”:1}'}|U+201C",
                "{'url':'\\ufeffhttps://example.com/'}|U+FEFF",
                "{'url':'https://example.com/\\u00a0'}|U+00A0",
                "{'headers':{'X-Key':'a\\u0085'}}|U+0085")) {
            String[] parts = change.split("\\|");
            ProblemException refusal = refusal(() -> definitions.read(body(parts[0])));

            assertThat(refusal.errors()).as(change).singleElement().satisfies(error -> {
                assertThat(error.params()).containsEntry("character", parts[1]);
                assertThat(error.detail()).contains(parts[1]);
            });
        }
    }

    @Test
    @DisplayName("S4: a blank body is no template, it means GET")
    void blank_body() {
        assertThat(definitions.read(body("{'body':' \\n'}")).body()).isBlank();
    }

    @Test
    @DisplayName("F7: plain HTTP is refused only where HTTPS is enforced")
    void https_only() {
        Json plain = body("{'url':'http://example.com/'}");
        Definitions strict = new Definitions(Ordering.ENTITY, true);

        assertThat(definitions.read(plain).url()).isEqualTo("http://example.com/");
        ProblemException refusal = refusal(() -> strict.read(plain));
        assertThat(refusal.status()).isEqualTo(422);
        assertThat(errors(refusal)).containsExactly("/url https-required");
        assertThat(strict.read(body("{'url':'HTTPS://example.com/'}"))).isNotNull();
    }

    @Test
    @DisplayName("F7, S1: a plain HTTP webhook from before can be switched off, but neither changed nor kept on")
    void https_only_leaves_the_switch() {
        Definitions strict = new Definitions(Ordering.ENTITY, true);
        Definition old = definition("{'url':'http://u:p@example.com/?key=k'}");

        assertThat(strict.patch(old, json("{'enabled':false}"))).isEqualTo(old.withEnabled(false));
        assertThat(errors(refusal(() -> strict.patch(old, json("{'name':'x'}")))))
                .containsExactly("/url https-required");
        assertThat(errors(refusal(() -> strict.patch(old, json("{'enabled':false,'url':'http://example.com/other'}")))))
                .containsExactly("/url https-required");
    }

    @Test
    void what_was_read_can_be_changed_and_written_back() {
        Definition stored = definition("{'url':'https://u:p@example.com/?key=k&id=#customer.id#',"
                + "'headers':{'X-Key':'secret'},'filter':{'a':['1']},'concurrency':2,'rateLimit':10}");
        Webhook webhook = new Webhook(
                "wh_1",
                3,
                stored,
                new Health(Example.NOW, Example.NOW, Example.NOW, null, Duration.ZERO),
                null,
                Example.NOW,
                Example.NOW,
                Example.NOW);
        Json.Obj shown = new WebhookJson(new Expiry(Duration.ofDays(3)), id -> Optional.empty())
                .toJson(webhook, List.of(FieldError.of("/url", "not-https", "…")), Example.NOW);

        assertThat(definitions.replace(stored, shown)).isEqualTo(stored);
        assertThat(definitions.replace(stored, MergePatch.apply(shown, json("{'name':'New'}"))))
                .isEqualTo(definitions.patch(stored, json("{'name':'New'}")))
                .isEqualTo(definition("{'name':'New','url':'https://u:p@example.com/?key=k&id=#customer.id#',"
                        + "'headers':{'X-Key':'secret'},'filter':{'a':['1']},'concurrency':2,'rateLimit':10}"));
    }

    @Test
    void a_patch_changes_what_it_names_and_null_resets() {
        Definition stored = definition("{'enabled':false,'filter':{'a':['1'],'b':['2']},'body':'1',"
                + "'headers':{'A':'1','B':'2'},'ordering':'none','concurrency':2,'rateLimit':10}");

        assertThat(definitions.patch(stored, json("{}"))).isEqualTo(stored);
        assertThat(definitions.patch(
                        stored,
                        json("{'enabled':null,'filter':{'a':null,'c':3},'body':null,'headers':{'A':null},"
                                + "'ordering':null,'concurrency':null,'rateLimit':null}")))
                .isEqualTo(definition("{'filter':{'b':['2'],'c':['3']},'headers':{'B':'2'}}"));
        assertThat(errors(refusal(() -> definitions.patch(stored, json("{'name':null,'url':null,'events':null}")))))
                .containsExactlyInAnyOrder("/name required", "/url required", "/events required");
        assertThat(refusal(() -> definitions.patch(stored, json("[1]"))).status())
                .isEqualTo(400);
    }

    @Test
    @DisplayName("S9: a patch of the URL alone does not carry stored headers to another host")
    void patch_to_another_host() {
        Definition stored = definition("{'headers':{'X-Key':'secret'}}");

        ProblemException refusal = refusal(() -> definitions.patch(stored, json("{'url':'https://evil.example/'}")));

        assertThat(refusal.status()).isEqualTo(422);
        assertThat(errors(refusal)).containsExactly("/headers/X-Key secret-required");
        assertThat(definitions
                        .patch(stored, json("{'url':'https://evil.example/','headers':{'X-Key':null}}"))
                        .headers())
                .isEmpty();
    }

    @Test
    @DisplayName("S9: a new webhook cannot have a mask for a secret")
    void mask_in_a_new_one() {
        assertThat(
                        errors(
                                refusal(
                                        () -> definitions.read(
                                                body(
                                                        "{'url':'https://u:***@example.com/?key=***','headers':{'X-Key':'***','Authorization':'Bearer ***'}}")))))
                .containsExactly(
                        "/url secret-required",
                        "/url secret-required",
                        "/headers/X-Key secret-required",
                        "/headers/Authorization secret-required");
    }

    private void assertRefused(String change, String error) {
        assertThat(errors(refusal(() -> definitions.read(body(change))))).containsExactly(error);
    }

    private static String numbered(int count, String format) {
        return IntStream.range(0, count).mapToObj(i -> String.format(format, i)).collect(Collectors.joining(","));
    }
}
