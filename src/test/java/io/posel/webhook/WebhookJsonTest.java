package io.posel.webhook;

import static io.posel.webhook.Example.NOW;
import static io.posel.webhook.Example.definition;
import static io.posel.webhook.Example.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.FieldError;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookJsonTest {
    private static final Instant SINCE = NOW.minus(Duration.ofDays(1));
    private static final Health FAILING = new Health(SINCE, SINCE, SINCE, SINCE.minusSeconds(1), Duration.ZERO);

    private final WebhookJson json = new WebhookJson(new Expiry(Duration.ofDays(3)), id -> Optional.empty());

    @Test
    @DisplayName("S9: a webhook is shown whole, with its secrets masked")
    void whole() {
        Webhook webhook = new Webhook(
                "wh_abc",
                3,
                definition("{'filter':{'account.eshopId':['7']},'url':'https://u:p@example.com/?key=k',"
                        + "'body':'1','headers':{'X-Key':'k'},'concurrency':4,'rateLimit':2.5}"),
                FAILING,
                null,
                null,
                Instant.parse("2026-01-01T00:00:00Z"),
                NOW,
                SigningSecrets.NONE,
                null,
                12,
                null);
        FieldError warning = new FieldError("/url", "not-https", Map.of("a", 1), "Why.");

        assertThat(json.toJson(webhook, List.of(warning), NOW))
                .hasToString(json("{'id':'wh_abc','version':3,'file':null,'name':'Shop','enabled':true,"
                                + "'events':['customer.credit.changed'],'filter':{'account.eshopId':['7']},"
                                + "'url':'https://u:***@example.com/?key=***','body':'1','headers':{'X-Key':'***'},"
                                + "'ordering':'entity','concurrency':4,'rateLimit':2.5,'signed':false,'state':'failing','reason':null,"
                                + "'failingSince':'2026-11-21T10:00:00Z','deadCount':12,'expiresAt':'2026-11-24T10:00:00Z','pausedUntil':null,"
                                + "'lastSuccessAt':'2026-11-21T09:59:59Z','createdAt':'2026-01-01T00:00:00Z',"
                                + "'updatedAt':'2026-11-22T10:00:00Z',"
                                + "'warnings':[{'pointer':'/url','code':'not-https','params':{'a':1},'detail':'Why.'}]}")
                        .toString());
    }

    @Test
    @DisplayName("S9: that a webhook signs is shown, with which secret is not")
    void signed() {
        SigningSecret secret = SigningSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        Webhook webhook = new Webhook(
                "wh_1",
                1,
                definition("{}"),
                Health.UNKNOWN,
                null,
                null,
                NOW,
                NOW,
                SigningSecrets.NONE.rotated(secret, NOW),
                null,
                3,
                null);

        Json.Obj shown = json.toJson(webhook, List.of(), NOW);

        assertThat(shown.get("signed")).isEqualTo(Json.Bool.TRUE);
        assertThat(shown.get("deadCount")).as("it works now").hasToString("0");
        assertThat(shown + webhook.toString()).doesNotContain("MfKQ9r8G");
    }

    @Test
    @DisplayName("F8: it shows until when its receiver is left alone")
    void paused() {
        WebhookJson paused = new WebhookJson(new Expiry(Duration.ofDays(3)), id -> Optional.of(SINCE));

        assertThat(paused.toJson(webhook(true, Health.UNKNOWN, null, null), List.of(), NOW)
                        .get("pausedUntil"))
                .isEqualTo(Json.of(SINCE));
    }

    @Test
    @DisplayName("S1, F1: the state says whether it sends, and why not")
    void states() {
        assertThat(shown(true, Health.UNKNOWN, null, null)).isEqualTo("active null null");
        assertThat(shown(true, FAILING, null, null))
                .isEqualTo("failing " + SINCE + " " + SINCE.plus(Duration.ofDays(3)));
        assertThat(shown(false, Health.UNKNOWN, null, null)).isEqualTo("disabled null null");
        assertThat(shown(false, FAILING, null, null)).isEqualTo("disabled " + SINCE + " null");
        assertThat(shown(true, FAILING, NOW, null)).isEqualTo("expired " + SINCE + " " + NOW);
        assertThat(shown(
                        true,
                        new Health(
                                SINCE.minus(Duration.ofDays(5)),
                                SINCE.minus(Duration.ofDays(5)),
                                SINCE.minus(Duration.ofDays(5)),
                                null,
                                Duration.ZERO),
                        null,
                        null))
                .isEqualTo("active null null");
    }

    @Test
    @DisplayName("K29, F9: one whose receiver is gone is off, and says why")
    void gone() {
        Webhook gone = new Webhook(
                "wh_1", 1, definition("{}"), FAILING, null, null, NOW, NOW, SigningSecrets.NONE, null, 1, NOW);

        Json.Obj shown = json.toJson(gone, List.of(), NOW);

        assertThat(shown.get("state") + " " + shown.get("reason") + " " + shown.get("enabled"))
                .isEqualTo("\"disabled\" \"gone\" false");
        assertThat(gone.sends()).isFalse();
        assertThat(WebhookIndex.skipReason(gone)).contains("disabled");
        assertThat(json.toJson(webhook(false, FAILING, null, null), List.of(), NOW)
                        .get("reason"))
                .isEqualTo(Json.Null.NULL);
    }

    @Test
    void a_deleted_one_says_when() {
        assertThat(json.toJson(webhook(true, FAILING, null, NOW), List.of(), NOW)
                        .get("deletedAt"))
                .isEqualTo(new Json.Str("2026-11-22T10:00:00Z"));
        assertThat(json.toJson(webhook(true, FAILING, null, NOW), List.of(), NOW)
                        .get("expiresAt"))
                .isEqualTo(Json.Null.NULL);
        assertThat(json.toJson(webhook(true, FAILING, null, null), List.of(), NOW)
                        .members())
                .doesNotContainKey("deletedAt");
    }

    @Test
    void what_the_store_keeps_is_complete_and_comes_back_the_same() throws JsonSyntaxException {
        Definition definition = definition("{'enabled':false,'events':['a','b'],'filter':{'b':['1','2'],'a':['']},"
                + "'url':'https://u:p@example.com/?key=k','body':'\\u0007ž','headers':{'B':'k','A':''},"
                + "'ordering':'entityType','concurrency':4,'rateLimit':0.1}");

        Json stored = Json.parse(WebhookJson.definitionToJson(definition).toBytes());
        Definition read = WebhookJson.fromStored(stored);

        assertThat(read).isEqualTo(definition);
        assertThat(read.filter().keySet()).containsExactly("b", "a");
        assertThat(read.headers().keySet()).containsExactly("B", "A");
        assertThat(stored.toString()).contains("https://u:p@example.com/?key=k");
    }

    @ParameterizedTest
    @CsvSource({"10,10", "2.5,2.5", "10.0,10"})
    void a_whole_rate_stays_whole(String stored, String shown) {
        assertThat(WebhookJson.definitionToJson(definition("{'rateLimit':" + stored + "}"))
                        .get("rateLimit"))
                .hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'name':null}",
                "{'enabled':null}",
                "{'events':'a'}",
                "{'events':[1]}",
                "{'headers':[]}",
                "{'ordering':'global'}",
                "{'url':7}"
            })
    void what_is_no_stored_definition_is_refused(String change) {
        assertThatThrownBy(() -> definition(change)).isInstanceOf(IllegalArgumentException.class);
    }

    private String shown(boolean enabled, Health health, @Nullable Instant expiredAt, @Nullable Instant deletedAt) {
        Json.Obj shown = json.toJson(webhook(enabled, health, expiredAt, deletedAt), List.of(), NOW);
        return (shown.get("state") + " " + shown.get("failingSince") + " " + shown.get("expiresAt")).replace("\"", "");
    }

    private static Webhook webhook(
            boolean enabled, Health health, @Nullable Instant expiredAt, @Nullable Instant deletedAt) {
        return new Webhook("wh_1", 1, definition("{}").withEnabled(enabled), health, expiredAt, deletedAt, NOW, NOW);
    }
}
