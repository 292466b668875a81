package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.access.LoginLinks;
import io.posel.access.Role;
import io.posel.page.Site;
import io.posel.testing.Browser;
import io.posel.testing.HttpAnswer;
import io.posel.testing.JarPosel;
import io.posel.testing.RawHttp;
import io.posel.testing.TestDatabase;
import io.posel.testing.TestLinks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings page as the jar serves it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageIT {
    /** In another way than Posel finds them. */
    private static final Pattern IMPORTED = Pattern.compile("(?:from|import)\\s*\\(?\\s*([\"'])([./][^\"']*\\.js)\\1");

    private static final int FIRST_VIEW = 150_000;

    private final LoginLinks links = TestLinks.at(InstantSource.system());
    private JarPosel posel;
    private Browser browser;

    @BeforeAll
    void start(@TempDir Path home) {
        posel = JarPosel.on(TestDatabase.H2, home)
                .with("POSEL_SECRET_KEY", TestLinks.KEY)
                .start();
        browser = new Browser(posel::port);
        assertThat(browser.signIn(links.make("Petr", Role.VIEWER)).status()).isEqualTo(303);
    }

    @AfterAll
    void stop() {
        posel.close();
    }

    private String firstPage() {
        return browser.get("/").text();
    }

    private String app() {
        return linked(firstPage(), "src=\"(/web/[^\"]+/app\\.js)\"").get(0);
    }

    private static List<String> linked(String html, String pattern) {
        return Pattern.compile(pattern)
                .matcher(html)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static byte[] unzipped(HttpAnswer answer) throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes();
    }

    @Test
    void everyFileIsServedToBeKept() throws IOException {
        Set<String> paths = Site.read(List.of("en")).paths();
        assertThat(paths).contains(app()).hasSizeGreaterThan(20);

        for (String path : paths) {
            HttpAnswer plain = browser.get(path);
            HttpAnswer gzip = browser.get(path, "Accept-Encoding", "gzip, deflate, br");
            HttpAnswer head = browser.send("HEAD", path, null, "Accept-Encoding", "gzip");

            assertThat(List.of(plain, gzip, head)).allSatisfy(answer -> {
                assertThat(answer.status()).as(path).isEqualTo(200);
                assertThat(answer.header("Content-Type")).hasValueSatisfying(type -> assertThat(type)
                        .startsWith(
                                path.endsWith(".js") ? "text/javascript;" : path.endsWith(".css") ? "text/css;" : ""));
                assertThat(answer.header("Cache-Control")).hasValue("private, max-age=31536000, immutable");
                assertThat(answer.header("Vary")).hasValue("Accept-Encoding");
                assertThat(answer.header("X-Content-Type-Options")).hasValue("nosniff");
                assertThat(answer.header("Connection")).isEmpty();
            });
            assertThat(plain.header("Content-Encoding")).isEmpty();
            assertThat(gzip.header("Content-Encoding")).hasValue("gzip");
            assertThat(unzipped(gzip)).as(path).isEqualTo(plain.body());
            assertThat(head.body()).isEmpty();
            assertThat(head.header("Content-Length")).hasValue(Integer.toString(gzip.body().length));
        }
    }

    @Test
    void everyModuleFindsWhatItImports() throws IOException {
        int imports = 0;
        for (String path : Site.read(List.of("en")).paths()) {
            if (path.endsWith(".js")) {
                for (MatchResult each :
                        IMPORTED.matcher(browser.get(path).text()).results().toList()) {
                    String target = URI.create(path).resolve(each.group(2)).toString();
                    assertThat(browser.send("HEAD", target, null).status())
                            .as(path + " imports " + each.group(2))
                            .isEqualTo(200);
                    imports++;
                }
            }
        }
        assertThat(imports).isGreaterThan(20);
    }

    @Test
    void theFirstViewIsSmall() {
        HttpAnswer page = browser.get("/", "Accept-Encoding", "gzip");
        Set<String> files = new TreeSet<>(linked(firstPage(), "(?:href|src)=\"(/web/[^\"]+)\""));
        assertThat(files).anyMatch(file -> file.endsWith("/lib/preact.js")).anyMatch(file -> file.endsWith("/app.css"));

        long bytes = Long.parseLong(page.header("Content-Length").orElseThrow());
        for (String file : files) {
            HttpAnswer answer = browser.send("HEAD", file, null, "Accept-Encoding", "gzip");
            bytes += Long.parseLong(answer.header("Content-Length").orElseThrow());
        }

        assertThat(bytes).isLessThan(FIRST_VIEW);
    }

    @Test
    void theFirstPageMayDoLittleAndIsNotKept() throws IOException {
        HttpAnswer english = browser.get("/");
        HttpAnswer czech = browser.get("/", "Accept-Language", "cs", "Accept-Encoding", "gzip");

        assertThat(english.text()).contains("lang=\"en\"", "rel=\"modulepreload\"");
        assertThat(new String(unzipped(czech), StandardCharsets.UTF_8)).contains("lang=\"cs\"");
        for (HttpAnswer each : List.of(english, czech, browser.send("HEAD", "/", null))) {
            assertThat(each.status()).isEqualTo(200);
            assertThat(each.header("Content-Type")).hasValue("text/html; charset=utf-8");
            assertThat(each.header("Content-Security-Policy"))
                    .hasValue("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                            + " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
                            + " frame-ancestors 'none'");
            assertThat(each.header("Cache-Control")).hasValue("no-store");
            assertThat(each.header("Cross-Origin-Embedder-Policy")).hasValue("require-corp");
            assertThat(each.header("Referrer-Policy")).hasValue("same-origin");
        }
    }

    @Test
    void whoIsNotSignedInGetsNoneOfIt() {
        Browser nobody = new Browser(posel::port);

        assertThat(nobody.get(app()).status()).isEqualTo(401);
        assertThat(nobody.get(app().replaceFirst("/[^/]+$", "/missing.js")).status())
                .isEqualTo(401);
        assertThat(nobody.get("/", "Accept", "text/html").text()).doesNotContain("/web/");
        assertThat(posel.client().get(app()).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "missing.js",
                "index.html",
                "libraries.properties",
                "app.js.map",
                "APP.js",
                "lib",
                "lib/preact",
                "META-INF/MANIFEST.MF",
                "app.js.",
                "app.js~"
            })
    void whatIsNotOfThePageIsNotThere(String name) {
        String folder = app().substring(0, app().lastIndexOf('/') + 1);

        HttpAnswer answer = browser.get(folder + name);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.errors()).containsExactly(" unknown-path");
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../app.js",
                "../../api/webhooks",
                "lib/../app.js",
                "./app.js",
                "/app.js",
                "app.js/",
                "lib%2fpreact.js",
                "%2e%2e/app.js",
                "..%2f..%2fapi/webhooks",
                "lib\\preact.js",
                "app.js%00",
                "app.js;x",
                "%61pp.js"
            })
    void noOtherSpellingLeadsToAFile(String name) throws IOException {
        String folder = app().substring(0, app().lastIndexOf('/') + 1);

        RawHttp.Answer answer = raw("GET", folder + name, "");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("Connection")).containsExactly("close");
    }

    private RawHttp.Answer raw(String method, String target, String more) throws IOException {
        return RawHttp.send(posel.port(), head(method, target) + "Connection: close\r\n" + more + "\r\n");
    }

    private String head(String method, String target) {
        return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nCookie: "
                + browser.cookie() + "\r\n";
    }

    @Test
    void theFilesOfAnotherVersionAreGone() {
        HttpAnswer answer = browser.get(app().replaceFirst("/web/[0-9a-f]{16}/", "/web/0123456789abcdef/"));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Cache-Control")).hasValue("no-store");
    }

    @Test
    void theyAreRead() throws IOException {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            RawHttp.Answer answer = raw(method, app(), "X-Posel-CSRF: 1\r\n");
            assertThat(answer.status()).as(method).isEqualTo(405);
            assertThat(answer.header("Allow")).containsExactly("GET, HEAD");
        }
        assertThat(browser.send("GET", app(), null, "Sec-Fetch-Site", "cross-site")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void oneConnectionIsEnoughForAllOfIt() throws IOException {
        List<String> targets = new ArrayList<>(List.of("/", app(), app(), "/api/session", "/"));
        StringBuilder requests = new StringBuilder();
        targets.forEach(target -> requests.append(head("GET", target)).append("\r\n"));
        requests.append(head("HEAD", app())).append("Connection: close\r\n\r\n");
        try (Socket socket = RawHttp.open(posel.port())) {
            socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.ISO_8859_1));

            assertThat(RawHttp.rest(socket).text().split("HTTP/1.1 200 OK")).hasSize(targets.size() + 2);
        }
    }

    /** Or it would be taken for the next request. */
    @Test
    void aBodyThatNobodyReadsEndsTheConnection() throws IOException {
        try (Socket socket = RawHttp.open(posel.port())) {
            String hidden = head("GET", "/api/session") + "\r\n";
            socket.getOutputStream()
                    .write((head("GET", app()) + "Content-Length: " + hidden.length() + "\r\n\r\n" + hidden)
                            .getBytes(StandardCharsets.ISO_8859_1));

            assertThat(RawHttp.rest(socket).header("Connection")).containsExactly("close");
        }
    }
}
