package io.posel.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.access.Caller;
import io.posel.access.LoginLinks;
import io.posel.access.Role;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the door says to cookies and login links. */
class SessionDoorTest {
    private static final String TOKEN = "the-admin-token";
    private static final String JANA = "J".repeat(43);
    private static final String PETR = "P".repeat(43);
    private static final String HOST = "localhost:8080";

    private final SettableClock clock = new SettableClock();
    private final MadeSessions sessions =
            new MadeSessions().with("Jana", JANA, Role.ADMIN).with("Petr", PETR, Role.VIEWER);
    private final LoginLinks links = new LoginLinks(() -> new byte[] {1}, clock, new SecureRandom());
    private final RateLimits limits = new RateLimits(3, 50, clock::millis);
    private final Door door = new Door(
            new AllowedHosts("127.0.0.1", Set.of()),
            new Tokens(TOKEN, "the-intake-token", new MadeTokens()),
            new WrongTokens(10, 1_000, clock),
            limits,
            new SignInDesk(sessions, links, limits, clock),
            1_000);

    private static Knock plain(String method, String target, String cookie) {
        return Knock.at(method, target).with("Cookie", "posel-session=" + cookie);
    }

    /** As the page sends it. */
    private static Knock own(String method, String target, String cookie) {
        return plain(method, target, cookie)
                .with("Sec-Fetch-Site", "same-origin")
                .with("X-Posel-CSRF", "1");
    }

    private Verdict.Refusal refusal(Knock knock) {
        Verdict verdict = door.judge(knock);
        assertThat(verdict).isInstanceOf(Verdict.Refusal.class);
        return (Verdict.Refusal) verdict;
    }

    private void assertPasses(Knock knock, String name, Role role) {
        assertThat(door.judge(knock)).isEqualTo(new Verdict.Pass(new Caller(name, role)));
    }

    @Test
    void aSessionOpensTheApiInTheNameOfItsOwner() {
        assertPasses(own("GET", "/api/webhooks?limit=1", JANA), "Jana", Role.ADMIN);
        assertPasses(own("POST", "/api/webhooks", JANA), "Jana", Role.ADMIN);
        assertPasses(own("PUT", "/api/event-types/z%C3%A1kazn%c3%adk.nov%C3%BD", JANA), "Jana", Role.ADMIN);
        assertPasses(own("GET", "/api/webhooks", PETR), "Petr", Role.VIEWER);
    }

    @Test
    void aSessionMayDoWhatItsRoleMay() {
        Verdict.Refusal refusal = refusal(own("POST", "/api/webhooks", PETR));

        assertThat(refusal.status()).isEqualTo(403);
        assertThat(refusal.code()).isEqualTo("session-not-permitted");
        assertThat(refusal.detail()).contains("Petr", "viewer").doesNotContain(PETR);
        assertThat(refusal(own("HEAD", "/api/webhooks", PETR)).status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/events",
        "POST,//events",
        "POST,/api/../events",
        "POST,/api/%2e%2e/events",
        "POST,/api/.%2e/events",
        "POST,/api%2f..%2fevents",
        "POST,/api/webhooks%2f..%2f..%2fevents",
        "POST,/api/..;/events",
        "POST,/api/./webhooks",
        "POST,/api//webhooks",
        "POST,/API/webhooks",
        "POST,/api",
        "POST,/api/",
        "POST,/api/webhooks/",
        "POST,/api/webhooks;x",
        "POST,/api/webhooks%00",
        "POST,/api/webhooks%25",
        "POST,/api/webhooks\\..",
        "GET,/observe/metrics",
        "GET,/nowhere",
        "GET,/web",
        "GET,/web/",
        "GET,/web/x/",
        "GET,/web/../api/webhooks",
        "GET,/web/x/../../api/webhooks",
        "GET,/web/./x",
        "GET,/web//x",
        "GET,/web/x%2fy",
        "GET,/web/%2e%2e/x",
        "GET,/web/x%00",
        "GET,/web/x;y",
        "GET,/web/x\\y",
        "GET,/web/%C3%A1.js",
        "GET,/WEB/x",
        "GET,/website/x",
        "GET,/%61pi/webhooks",
        "GET,//",
        "GET,/.",
        "POST,/logout/",
        "POST,//logout",
        "POST,/%6cogout"
    })
    void aCookieIsNothingAnywhereElse(String method, String target) {
        assertThat(refusal(own(method, target, JANA)).code()).isEqualTo("token-required");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "\"" + "J" + "\"",
                "JJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJJ",
                "undefined",
                "../",
                "J J"
            })
    void anUnknownCookieIsRefused(String value) {
        Verdict.Refusal refusal = refusal(own("GET", "/api/webhooks", value));

        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal.code()).isEqualTo("unknown-session");
        assertThat(refusal.headers()).containsKey("WWW-Authenticate");
    }

    @Test
    void twoCookiesAreNone() {
        assertThat(refusal(own("GET", "/api/webhooks", "x").with("Cookie", "posel-session=" + JANA))
                        .code())
                .isEqualTo("unknown-session");
        assertThat(refusal(own("GET", "/api/webhooks", JANA + "; posel-session=" + JANA))
                        .code())
                .isEqualTo("unknown-session");
    }

    @Test
    void otherCookiesDoNotDisturb() {
        assertPasses(
                Knock.at("GET", "/api/webhooks").with("Cookie", "a=b; posel-session=" + JANA + "; xposel-session=c; d"),
                "Jana",
                Role.ADMIN);
    }

    @Test
    void theCookieForTlsIsAnotherOne() {
        Knock tls = Knock.at("GET", "/api/webhooks").with("X-Forwarded-Proto", "https");

        assertPasses(tls.with("Cookie", "__Host-posel-session=" + JANA), "Jana", Role.ADMIN);
        assertThat(refusal(tls.with("Cookie", "posel-session=" + JANA)).code()).isEqualTo("token-required");
        assertThat(refusal(Knock.at("GET", "/api/webhooks").with("Cookie", "__Host-posel-session=" + JANA))
                        .code())
                .isEqualTo("token-required");
    }

    @Test
    void aTokenDecidesWhereThereIsOne() {
        assertPasses(plain("POST", "/api/webhooks", PETR).withToken(TOKEN), "admin-token", Role.ADMIN);
        assertThat(refusal(own("GET", "/api/webhooks", JANA).withToken("wrong")).code())
                .isEqualTo("unknown-token");
        assertThat(refusal(own("GET", "/api/webhooks", JANA).with("Authorization", "Basic x"))
                        .code())
                .isEqualTo("token-required");
        assertThat(refusal(own("GET", "/api/webhooks", JANA).withToken("the-intake-token"))
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "same-origin,,",
        ",http://localhost:8080,",
        ",https://localhost:8080,",
        ",HTTP://LOCALHOST:8080,",
        "same-origin,http://evil.example,"
    })
    void whatAPageOfItsOwnSendsMayChangeSomething(String site, String origin) {
        assertPasses(
                from(site, origin, plain("POST", "/api/webhooks", JANA).with("X-Posel-CSRF", "1")), "Jana", Role.ADMIN);
    }

    @ParameterizedTest
    @CsvSource({
        ",",
        "cross-site,",
        "same-site,",
        "none,",
        "Same-Origin,",
        "cross-site,http://localhost:8080",
        ",http://evil.example",
        ",http://localhost",
        ",http://localhost:8081",
        ",http://localhost:80801",
        ",http://127.0.0.1:8080",
        ",null",
        ",http://evil.example:8080",
        ",http://localhost:8080.evil.example",
        ",http://localhost:8080/",
        ",file://localhost:8080",
        ",localhost:8080"
    })
    void whatIsNotKnownToComeFromAPageOfItsOwnChangesNothing(String site, String origin) {
        for (String method : new String[] {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"}) {
            Knock knock =
                    from(site, origin, plain(method, "/api/webhooks/1", JANA).with("X-Posel-CSRF", "1"));
            assertThat(refusal(knock).code()).isEqualTo("cross-site-request");
        }
        assertThat(refusal(from(site, origin, plain("POST", "/logout", JANA))).code())
                .isEqualTo("cross-site-request");
        assertThat(refusal(from(site, origin, Knock.at("POST", links.make("Eva", Role.ADMIN))))
                        .code())
                .isEqualTo("cross-site-request");
    }

    private static Knock from(String site, String origin, Knock knock) {
        Knock with = site == null ? knock : knock.with("Sec-Fetch-Site", site);
        return origin == null ? with : with.with("Origin", origin);
    }

    @Test
    void twoOfTheseHeadersProveNothing() {
        Knock knock = plain("POST", "/api/webhooks", JANA).with("X-Posel-CSRF", "1");

        assertThat(refusal(knock.with("Sec-Fetch-Site", "same-origin").with("Sec-Fetch-Site", "cross-site"))
                        .code())
                .isEqualTo("cross-site-request");
        assertThat(refusal(knock.with("Origin", "http://" + HOST).with("Origin", "http://evil.example"))
                        .code())
                .isEqualTo("cross-site-request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "true", "11"})
    void aChangeNeedsTheHeaderThatNoOtherPageCanSet(String value) {
        Knock knock = plain("DELETE", "/api/webhooks/1", JANA).with("Sec-Fetch-Site", "same-origin");

        assertThat(refusal(knock).code()).isEqualTo("csrf-header-required");
        assertThat(refusal(knock.with("X-Posel-CSRF", value)).code()).isEqualTo("csrf-header-required");
    }

    @ParameterizedTest
    @CsvSource({"cross-site,", "same-site,", ",http://evil.example", ",null", "cross-site,http://localhost:8080"})
    void anotherPageDoesNotEvenRead(String site, String origin) {
        assertThat(refusal(from(site, origin, plain("GET", "/api/webhooks", JANA)))
                        .code())
                .isEqualTo("cross-site-request");
        assertThat(refusal(from(site, origin, plain("GET", "/api/session", JANA)))
                        .code())
                .isEqualTo("cross-site-request");
    }

    @ParameterizedTest
    @CsvSource({",", "none,", "same-origin,", ",http://localhost:8080"})
    void whatTheUserTypesIsRead(String site, String origin) {
        assertPasses(from(site, origin, plain("GET", "/api/webhooks", JANA)), "Jana", Role.ADMIN);
    }

    @Test
    void aSessionIsAskedForByCookieAndByToken() {
        assertThat(door.judge(own("GET", "/api/session", PETR))).isInstanceOfSatisfying(Verdict.WhoIsIt.class, who -> {
            assertThat(who.caller()).isEqualTo(new Caller("Petr", Role.VIEWER));
            assertThat(who.expiresAt()).isNotNull();
        });
        assertThat(door.judge(Knock.at("GET", "/api/session").withToken(TOKEN)))
                .isEqualTo(new Verdict.WhoIsIt(Caller.ADMIN, null));
        assertThat(refusal(Knock.at("GET", "/api/session").withToken("the-intake-token"))
                        .status())
                .isEqualTo(403);
        assertThat(refusal(Knock.at("GET", "/api/session")).status()).isEqualTo(401);
    }

    @Test
    void theFirstPageAndTheLogoutAreForThoseWhoAreSignedIn() {
        assertThat(door.judge(plain("GET", "/", JANA).with("Sec-Fetch-Site", "cross-site")))
                .isInstanceOf(Verdict.Home.class);
        assertThat(door.judge(plain("POST", "/logout", JANA).with("Sec-Fetch-Site", "same-origin")))
                .isInstanceOf(Verdict.SignOut.class);
        assertThat(refusal(Knock.at("GET", "/")).code()).isEqualTo("token-required");
        assertThat(refusal(Knock.at("POST", "/logout").with("Sec-Fetch-Site", "same-origin"))
                        .code())
                .isEqualTo("token-required");
        assertThat(refusal(plain("GET", "/logout", JANA)).status()).isEqualTo(405);
        assertThat(refusal(own("DELETE", "/", JANA)).headers()).containsEntry("Allow", "GET, HEAD");
        assertThat(refusal(own("PUT", "/login", JANA)).headers()).containsEntry("Allow", "GET, HEAD, POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/web/0/app.js", "/web/0123456789abcdef/lib/codemirror/lang-json.js?x", "/web/x"})
    void theFilesOfThePageAreForThoseWhoAreSignedIn(String path) {
        for (String cookie : new String[] {JANA, PETR}) {
            for (String method : new String[] {"GET", "HEAD"}) {
                assertThat(door.judge(plain(method, path, cookie))).isInstanceOf(Verdict.PageFile.class);
            }
        }
        assertThat(refusal(Knock.at("GET", path)).code()).isEqualTo("token-required");
        assertThat(refusal(plain("GET", path, "x")).code()).isEqualTo("unknown-session");
        assertThat(refusal(plain("GET", path, JANA).with("Sec-Fetch-Site", "cross-site"))
                        .code())
                .isEqualTo("cross-site-request");
        assertThat(refusal(own("POST", path, JANA)).headers()).containsEntry("Allow", "GET, HEAD");
        assertThat(refusal(plain("POST", path, JANA)).code()).isEqualTo("cross-site-request");
        assertPasses(plain("GET", path, PETR).withToken(TOKEN), "admin-token", Role.ADMIN);
        assertThat(refusal(Knock.at("GET", path).withToken("the-intake-token")).status())
                .isEqualTo(403);
    }

    @Test
    void theFilesOfThePageAreNotCounted() {
        for (int i = 0; i < 200; i++) {
            assertThat(door.judge(plain("GET", "/web/0/app.js", JANA))).isInstanceOf(Verdict.PageFile.class);
        }
        assertThat(door.judge(plain("GET", "/", JANA))).isInstanceOf(Verdict.Home.class);
    }

    @Test
    void aLookAtALinkUsesNothing() {
        String link = links.make("Eva", Role.VIEWER);

        for (String method : new String[] {"GET", "HEAD"}) {
            assertThat(door.judge(Knock.at(method, link).with("Sec-Fetch-Site", "cross-site")))
                    .isEqualTo(new Verdict.LoginPage(true));
        }
        assertThat(door.judge(Knock.at("GET", "/login"))).isEqualTo(new Verdict.LoginPage(false));
        assertThat(door.judge(press(link))).isInstanceOf(Verdict.SignIn.class);
    }

    private static Knock press(String link) {
        return Knock.at("POST", link).with("Origin", "http://" + HOST);
    }

    @Test
    void theButtonEndsTheSessionBefore() {
        Knock knock = press(links.make("Eva", Role.VIEWER)).with("Cookie", "posel-session=" + JANA);

        assertThat(door.judge(knock)).isInstanceOfSatisfying(Verdict.SignIn.class, signIn -> {
            assertThat(signIn.ticket().name()).isEqualTo("Eva");
            assertThat(signIn.former()).isNotNull().extracting("name").isEqualTo("Jana");
            assertThat(signIn.tls()).isFalse();
        });
    }

    @Test
    void aLinkThatIsTooOldIsRefused() {
        String link = links.make("Eva", Role.VIEWER);
        clock.advance(Duration.ofMinutes(10));

        assertThat(refusal(press(link)).status()).isEqualTo(410);
        assertThat(refusal(press(link)).code()).isEqualTo("login-link-expired");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/login", "/login?", "/login?ticket=a.b", "/login?ticket=" + "aaaa.bbbb"})
    void whatIsNoLinkIsRefusedAndThrottledLikeAWrongToken(String target) {
        for (int i = 0; i < 10; i++) {
            assertThat(refusal(press(target)).code()).isEqualTo("login-link-invalid");
        }
        assertThat(refusal(press(target)).status()).isEqualTo(429);
        assertThat(door.judge(press(links.make("Eva", Role.VIEWER)))).isInstanceOf(Verdict.SignIn.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//login", "/login/", "/LOGIN", "/login;x", "/%6cogin", "/./login", "/login/../login"})
    void nothingElseIsTheLoginPage(String path) {
        String query = links.make("Eva", Role.ADMIN).substring("/login".length());

        assertThat(refusal(press(path + query)).status()).isEqualTo(401);
        assertThat(refusal(Knock.at("GET", path + query)).status()).isEqualTo(401);
    }

    @Test
    void theLoginPageHasNoOtherMethod() {
        for (String method : new String[] {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post"}) {
            assertThat(refusal(Knock.at(method, links.make("Eva", Role.ADMIN))).status())
                    .isEqualTo(401);
        }
    }

    @Test
    void aForeignHostGetsNoLoginPageAndNoSession() {
        for (Knock knock : new Knock[] {Knock.at("GET", "/login"), own("GET", "/api/webhooks", JANA)}) {
            assertThat(refusal(knock.without("Host").with("Host", "evil.example"))
                            .status())
                    .isEqualTo(421);
        }
    }

    @Test
    void beforeTheSessionsAreReadNobodyIsToldThatHisIsOver() {
        sessions.unread();

        assertThat(refusal(own("GET", "/api/webhooks", JANA)).code()).isEqualTo("not-ready");
        assertThat(refusal(press(links.make("Eva", Role.ADMIN))).code()).isEqualTo("not-ready");
    }

    @Test
    void theBodyOfARequestIsBoundedAsWithAToken() {
        assertThat(refusal(own("POST", "/api/webhooks", JANA).with("Content-Length", "1001"))
                        .status())
                .isEqualTo(413);
        assertThat(refusal(own("POST", "/api/webhooks", JANA).with("Content-Type", "multipart/form-data"))
                        .status())
                .isEqualTo(415);
    }

    @Test
    void eachSessionAndEachTokenHasARateOfItsOwn() {
        for (int i = 0; i < 50; i++) {
            assertPasses(own("GET", "/api/webhooks", JANA), "Jana", Role.ADMIN);
            assertPasses(Knock.at("GET", "/api/webhooks").withToken(TOKEN), "admin-token", Role.ADMIN);
        }

        assertThat(refusal(own("GET", "/api/webhooks", JANA)).code()).isEqualTo("too-many-requests");
        assertThat(refusal(Knock.at("GET", "/api/webhooks").withToken(TOKEN)).code())
                .isEqualTo("too-many-requests");
        assertPasses(own("GET", "/api/webhooks", PETR), "Petr", Role.VIEWER);
        assertPasses(Knock.at("POST", "/events").withToken(TOKEN), "admin-token", Role.ADMIN);
        clock.advance(Duration.ofSeconds(1));
        assertPasses(own("GET", "/api/webhooks", JANA), "Jana", Role.ADMIN);
    }

    @Test
    void theIntakeIsLimitedWhereThatIsSet() {
        Knock intake = Knock.at("POST", "/events").withToken("the-intake-token");
        for (int i = 0; i < 3; i++) {
            assertPasses(intake, "intake-token", Role.INTAKE);
        }

        assertThat(refusal(intake).code()).isEqualTo("too-many-requests");
        assertPasses(Knock.at("POST", "/events").withToken(TOKEN), "admin-token", Role.ADMIN);
    }

    @Test
    void whoMayNotIsCountedToo() {
        for (int i = 0; i < 50; i++) {
            assertThat(refusal(own("POST", "/api/webhooks", PETR)).status()).isEqualTo(403);
        }

        assertThat(refusal(own("POST", "/api/webhooks", PETR)).status()).isEqualTo(429);
    }
}
