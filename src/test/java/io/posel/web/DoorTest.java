package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.access.Caller;
import io.posel.access.LoginLinks;
import io.posel.access.Role;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoorTest {
    private static final String ADMIN = "the-admin-token";
    private static final String INTAKE = "the-intake-token";

    private static final String VIEWER_TOKEN = "the-viewer-token";

    private final SettableClock clock = new SettableClock();
    private final MadeTokens made = new MadeTokens().with("Grafana", VIEWER_TOKEN, Role.VIEWER);
    private final MadeSessions sessions = new MadeSessions();
    private final RateLimits limits = new RateLimits(3, 200, clock::millis);
    private final Door door = new Door(
            new AllowedHosts("127.0.0.1", Set.of()),
            new Tokens(ADMIN, INTAKE, made),
            new WrongTokens(10, 1_000, clock),
            limits,
            new SignInDesk(sessions, new LoginLinks(() -> new byte[] {1}, clock, new SecureRandom()), limits, clock),
            1_000);

    @ParameterizedTest
    @ValueSource(strings = {"/", "/events", "/api/webhooks", "/observe/metrics", "/nowhere", "/observe/health/x"})
    void withoutATokenNothingButHealthAnswers(String path) {
        Verdict.Refusal refusal = refusal(Knock.at("GET", path));

        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal.headers()).containsEntry("WWW-Authenticate", "Bearer realm=\"posel\"");
    }

    @ParameterizedTest
    @CsvSource({"/observe/health,true", "/observe/health/ready,true", "/observe/health/live,false"})
    void healthIsOpenToEverybody(String path, boolean readiness) {
        assertThat(door.judge(Knock.at("GET", path))).isEqualTo(new Verdict.Health(readiness));
        assertThat(door.judge(Knock.at("HEAD", path + "?x=1"))).isEqualTo(new Verdict.Health(readiness));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//observe/health",
                "/observe//health",
                "/observe/health/",
                "/observe/health/../../api/webhooks",
                "/observe/%68ealth",
                "/observe/health;x",
                "/OBSERVE/HEALTH",
                "/observe/health%3F",
                "/observe/health\\..\\api"
            })
    void aPathThatOnlyResemblesAHealthPathNeedsAToken(String path) {
        assertThat(refusal(Knock.at("GET", path)).status()).isEqualTo(401);
    }

    @Test
    void healthIsOnlyRead() {
        assertThat(refusal(Knock.at("POST", "/observe/health")).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"charset=\"", "charset=", "charset=\"utf-8", "Charset = utf-8\"", "charset=\";\"", "charset=a b"
            })
    void aCharsetThatCannotBeReadIsRefusedBeforeCamelFailsOnIt(String charset) {
        Knock knock = Knock.at("POST", "/events").withToken(INTAKE);

        assertThat(refusal(knock.with("Content-Type", "application/json; " + charset))
                        .status())
                .isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"charset=utf-8", "charset=\"UTF-8\" ; x=y", "charset=utf-16", "x=\"\""})
    void aReadableCharsetIsLeftToTheRoute(String charset) {
        assertPasses(
                Knock.at("POST", "/events").withToken(INTAKE).with("Content-Type", "application/json; " + charset));
    }

    @Test
    void theIntakeTakesEitherToken() {
        assertPasses(Knock.at("POST", "/events").withToken(INTAKE));
        assertPasses(Knock.at("POST", "/events?source=a").withToken(INTAKE));
        assertPasses(Knock.at("POST", "/events").withToken(ADMIN));
    }

    @ParameterizedTest
    @CsvSource({
        "POST,//events",
        "POST,/events/",
        "POST,/EVENTS",
        "POST,/events;x",
        "POST,/%65vents",
        "POST,/api/../events",
        "POST,/events/../api/webhooks",
        "POST,/events%2f..%2fapi",
        "POST,/events/x",
        "GET,/events",
        "PUT,/events",
        "post,/events",
        "GET,/api/webhooks"
    })
    void theIntakeTokenIsForExactlyPostEvents(String method, String path) {
        assertThat(refusal(Knock.at(method, path).withToken(INTAKE)).status()).isEqualTo(403);
        assertPasses(Knock.at(method, path).withToken(ADMIN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/webhooks", "/api/webhooks/wh_1?x=/../events", "/api/event-types/a.b~c-d", "/api/..."})
    void aViewerReadsWhatIsBelowApi(String path) {
        assertPasses(Knock.at("GET", path).withToken(VIEWER_TOKEN));
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/api/webhooks",
        "PUT,/api/webhooks/wh_1",
        "PATCH,/api/webhooks/wh_1",
        "DELETE,/api/tokens/1",
        "HEAD,/api/webhooks",
        "get,/api/webhooks",
        "POST,/events",
        "GET,/events",
        "GET,/observe/metrics",
        "GET,/api",
        "GET,/api/",
        "GET,/API/webhooks",
        "GET,//api/webhooks",
        "GET,/api//webhooks",
        "GET,/api/../events",
        "GET,/api/./webhooks",
        "GET,/api/..",
        "GET,/api/%2e%2e/events",
        "GET,/api/webhooks;x",
        "GET,/api/webhooks\\..",
        "GET,/apiary/webhooks"
    })
    void aViewerDoesNothingElse(String method, String path) {
        Verdict.Refusal refusal = refusal(Knock.at(method, path).withToken(VIEWER_TOKEN));

        assertThat(refusal.status()).isEqualTo(403);
        assertThat(refusal.code()).isEqualTo("token-not-permitted");
        assertThat(refusal.detail()).contains("Grafana", "viewer").doesNotContain(VIEWER_TOKEN);
        assertPasses(Knock.at(method, path).withToken(ADMIN));
    }

    @Test
    void theDoorSaysWhoIsLetIn() {
        assertThat(door.judge(Knock.at("GET", "/api/x").withToken(ADMIN)))
                .isEqualTo(new Verdict.Pass(new Caller("admin-token", Role.ADMIN)));
        assertThat(door.judge(Knock.at("POST", "/events").withToken(INTAKE)))
                .isEqualTo(new Verdict.Pass(new Caller("intake-token", Role.INTAKE)));
        assertThat(door.judge(Knock.at("GET", "/api/x").withToken(VIEWER_TOKEN)))
                .isEqualTo(new Verdict.Pass(new Caller("Grafana", Role.VIEWER)));
    }

    @Test
    void beforeTheTokensAreReadNobodyIsToldThatHisIsWrong() {
        made.unread();

        for (int i = 0; i < 20; i++) {
            Verdict.Refusal refusal = refusal(Knock.at("GET", "/api/x").withToken(VIEWER_TOKEN));
            assertThat(refusal.status()).isEqualTo(503);
            assertThat(refusal.code()).isEqualTo("not-ready");
            assertThat(refusal.headers()).containsKey("Retry-After");
        }
        assertPasses(Knock.at("GET", "/api/x").withToken(ADMIN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "Bearer  ",
                "Basic dGhlLWFkbWluLXRva2Vu",
                "the-admin-token",
                "Bearerthe-admin-token"
            })
    void onlyABearerTokenIsOne(String authorization) {
        assertThat(refusal(Knock.at("GET", "/api/webhooks").with("Authorization", authorization))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void theSchemeIsReadInAnyCase() {
        assertPasses(Knock.at("GET", "/api/webhooks").with("Authorization", "bearer " + ADMIN));
    }

    @Test
    void twoAuthorizationsAreNone() {
        assertThat(refusal(Knock.at("GET", "/api").withToken("wrong").withToken(ADMIN))
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"the-admin-toke", "the-admin-token2", "THE-ADMIN-TOKEN", "the-admin-token,"})
    void aWrongTokenIsRefused(String token) {
        Verdict.Refusal refusal = refusal(Knock.at("GET", "/api/webhooks").withToken(token));

        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal.headers().get("WWW-Authenticate")).contains("invalid_token");
    }

    @Test
    void wrongTokensAreThrottledPerAddress() {
        Knock wrong = Knock.at("POST", "/events").withToken("wrong");
        for (int i = 0; i < 10; i++) {
            assertThat(refusal(wrong).status()).isEqualTo(401);
        }

        assertThat(refusal(wrong).status()).isEqualTo(429);
        assertThat(refusal(wrong).headers()).containsEntry("Retry-After", "6");
        assertThat(refusal(wrong.from("192.0.2.2")).status()).isEqualTo(401);
        clock.advance(Duration.ofSeconds(6));
        assertThat(refusal(wrong).status()).isEqualTo(401);
    }

    @Test
    void aRightTokenPassesWhateverItsNeighboursDid() {
        for (int i = 0; i < 20; i++) {
            refusal(Knock.at("GET", "/api").withToken("wrong"));
        }

        assertPasses(Knock.at("GET", "/api").withToken(ADMIN));
    }

    @Test
    void aMissingTokenIsNoGuess() {
        for (int i = 0; i < 20; i++) {
            assertThat(refusal(Knock.at("GET", "/api")).status()).isEqualTo(401);
        }
    }

    @Test
    void aForeignHostIsRefusedEvenWithATokenAndOnHealth() {
        Knock rebound = Knock.at("GET", "/api").without("Host").with("Host", "evil.example:8080");

        assertThat(refusal(rebound.withToken(ADMIN)).status()).isEqualTo(421);
        assertThat(refusal(Knock.at("GET", "/observe/health").without("Host").with("Host", "evil.example"))
                        .status())
                .isEqualTo(421);
    }

    @Test
    void exactlyOneHostIsRequired() {
        Knock good = Knock.at("GET", "/api").withToken(ADMIN);

        assertThat(refusal(good.without("Host")).status()).isEqualTo(400);
        assertThat(refusal(good.with("Host", "localhost")).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example/api", "*", "evil.example:443", "api", "/api#/events"})
    void aTargetThatIsNoPathIsRefused(String target) {
        assertThat(refusal(Knock.at("GET", target).withToken(ADMIN)).status()).isEqualTo(400);
    }

    @Test
    void headersAreCounted() {
        Knock many = Knock.at("GET", "/api").withToken(ADMIN);
        for (int i = 0; i < 98; i++) {
            many = many.with("X-" + i, "x");
        }

        assertPasses(many);
        assertThat(refusal(many.with("X-more", "x")).status()).isEqualTo(431);
    }

    @Test
    void aBodyIsBoundedByItsAnnouncedLength() {
        Knock post = Knock.at("POST", "/events").withToken(INTAKE);

        assertPasses(post.with("Content-Length", "1000"));
        assertThat(refusal(post.with("Content-Length", "1001")).status()).isEqualTo(413);
        assertThat(refusal(post.with("Content-Length", "99999999999999999999")).status())
                .isEqualTo(400);
    }

    @Test
    void oneHeaderTellsHowLongABodyIs() {
        Knock post = Knock.at("POST", "/events").withToken(INTAKE);

        assertPasses(post.with("Transfer-Encoding", "chunked"));
        for (Knock two : List.of(
                post.with("Content-Length", "2").with("Content-Length", "2"),
                post.with("Content-Length", "2").with("Transfer-Encoding", "chunked"),
                post.with("Transfer-Encoding", "chunked").with("Transfer-Encoding", "chunked"))) {
            assertThat(refusal(two).code()).isEqualTo("malformed-request");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X Y", "X\tY", "", "X(", "X\u00e9", "\"X\"", "X\u0000"})
    void aHeaderIsNamedByAToken(String name) {
        Verdict.Refusal refusal =
                refusal(Knock.at("GET", "/api/x").withToken(ADMIN).with(name, "1"));

        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.code()).isEqualTo("malformed-request");
    }

    @Test
    void nothingButTheCharactersOfATokenStandsInTheNameOfAHeader() {
        for (char c = 0; c < 0x200; c++) {
            Knock knock = Knock.at("GET", "/api/x").withToken(ADMIN).with("X" + c, "1");
            boolean isToken = String.valueOf(c).matches("[0-9A-Za-z!#$%&'*+.^_`|~-]");

            assertThat(door.judge(knock) instanceof Verdict.Pass)
                    .as("%04x", (int) c)
                    .isEqualTo(isToken);
        }
    }

    @Test
    void nobodyLearnsTheLimitsWithoutAToken() {
        assertThat(refusal(Knock.at("POST", "/events").with("Content-Length", "1001"))
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "Application/X-WWW-Form-Urlencoded; charset=utf-8",
                "multipart/form-data; boundary=x",
                "multipart/mixed"
            })
    void formsAreNotTaken(String type) {
        assertThat(refusal(Knock.at("POST", "/events").withToken(INTAKE).with("Content-Type", type))
                        .status())
                .isEqualTo(415);
    }

    private void assertPasses(Knock knock) {
        assertThat(door.judge(knock)).isInstanceOf(Verdict.Pass.class);
    }

    private Verdict.Refusal refusal(Knock knock) {
        Verdict verdict = door.judge(knock);
        assertThat(verdict).isInstanceOf(Verdict.Refusal.class);
        return (Verdict.Refusal) verdict;
    }
}
