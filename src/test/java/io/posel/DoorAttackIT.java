package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.access.LoginLinks;
import io.posel.access.Role;
import io.posel.store.Database;
import io.posel.testing.Browser;
import io.posel.testing.HttpAnswer;
import io.posel.testing.MovableClock;
import io.posel.testing.PoselClient;
import io.posel.testing.RawHttp;
import io.posel.testing.TestLinks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever has no right to it gets nothing from any path that the real routes have registered, by any method and in any
 * spelling, and changes nothing in the database.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoorAttackIT {
    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "PROPFIND");
    private static final Pattern PLAIN = Pattern.compile("/(api|web)(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+");
    private static final String OWN = "Sec-Fetch-Site: same-origin\r\nX-Posel-CSRF: 1\r\n";

    private final MovableClock clock = new MovableClock();
    private final LoginLinks links = TestLinks.at(clock);
    private final Map<String, String> ids = new LinkedHashMap<>();
    private Path data;
    private Application posel;
    private String viewerToken;
    private String adminCookie;
    private String viewerCookie;
    private String expiredCookie;
    /** A file of the settings page. */
    private String script;

    /** Somebody at the door: the lines of the head that say who. */
    private record Intruder(String name, String head) {}

    @BeforeAll
    void start(@TempDir Path home) {
        data = home.resolve("data");
        posel = new Application(
                Settings.load(
                        home,
                        Map.of(
                                "POSEL_HTTP_PORT",
                                "0",
                                "POSEL_ADMIN_TOKEN",
                                PoselClient.ADMIN_TOKEN,
                                "POSEL_INTAKE_TOKEN",
                                PoselClient.INTAKE_TOKEN,
                                "POSEL_SECRET_KEY",
                                TestLinks.KEY,
                                "POSEL_DELIVERY_ALLOW",
                                "127.0.0.0/8",
                                "POSEL_HTTP_RATE_LIMIT",
                                "0")),
                clock);
        posel.start();
        PoselClient client = new PoselClient(posel.port());
        expiredCookie = signIn("expired", Role.ADMIN);
        clock.move(Duration.ofHours(12));
        adminCookie = signIn("Jana", Role.ADMIN);
        viewerCookie = signIn("Petr", Role.VIEWER);
        script = new Browser(posel::port)
                .withCookie(viewerCookie)
                .get("/")
                .text()
                .replaceFirst("(?s).*?\"(/web/[^\"]+\\.js)\".*", "$1");
        HttpAnswer viewer = client.post("/api/tokens", body("/api/tokens"));
        viewerToken = viewer.at("token");
        client.put("/api/event-types/own.type", body("/api/event-types/{type}"));
        ids.put("/api/tokens/{id}", viewer.at("id"));
        ids.put("/api/event-types/{type}", "own.type");
        String webhook = client.createWebhook(body("/api/webhooks"));
        client.accept("{\"type\":\"session.ended\",\"entity\":{\"type\":\"customer\",\"id\":\"1\"},\"data\":{}}");
        ids.put("/api/deliveries/{id}", client.get("/api/deliveries").at("items.0.id"));
        ids.put("/api/deliveries/{id}/replay", ids.get("/api/deliveries/{id}"));
        ids.put("", webhook);
    }

    @AfterAll
    void stop() {
        posel.close();
    }

    private String signIn(String name, Role role) {
        Browser browser = new Browser(posel::port);
        assertThat(browser.signIn(links.make(name, role)).status()).isEqualTo(303);
        return browser.cookie();
    }

    /** What changes something if it gets through. */
    private static String body(String path) {
        if (path.startsWith("/api/tokens")) {
            return "{\"name\":\"Grafana\",\"role\":\"viewer\"}";
        } else if (path.startsWith("/api/event-types")) {
            return "{\"title\":{\"en\":\"x\",\"cs\":\"x\"},\"entityType\":\"x\",\"variables\":[],\"sample\":{}}";
        } else if (path.endsWith("/replay")) {
            return "{\"states\":[\"skipped\"]}";
        } else if (path.endsWith("/test")) {
            return "{\"eventType\":\"session.ended\"}";
        }
        return "{\"name\":\"w\",\"events\":[\"session.ended\"],\"url\":\"http://127.0.0.1:9/\",\"body\":\"{}\","
                + "\"enabled\":false}";
    }

    /** Every path of the routes, with ids that exist, and its methods. */
    private Map<String, Set<String>> registered() {
        Map<String, Set<String>> paths = new TreeMap<>();
        for (String each : posel.endpoints()) {
            String[] parts = each.split(" ");
            paths.computeIfAbsent(parts[1], path -> new TreeSet<>()).add(parts[0]);
        }
        return paths;
    }

    private String withId(String path) {
        return path.replaceAll("\\{[a-z]+}", ids.getOrDefault(path, ids.get("")));
    }

    /** Those of the routes, and those that the door answers itself. */
    private List<String> paths() {
        List<String> paths = new ArrayList<>();
        registered().keySet().forEach(path -> paths.add(withId(path)));
        paths.addAll(List.of("/", script, "/login", "/logout", "/api/session", "/observe/metrics", "/nowhere"));
        return paths;
    }

    private static List<String> tricks(String path) {
        String last = path.substring(path.lastIndexOf('/') + 1);
        String first = path.length() > 1 ? "%" + Integer.toHexString(path.charAt(1)) + path.substring(2) : "%2f";
        return List.of(
                "/" + path,
                "/." + path,
                "/%2e" + path,
                "/%2e%2e" + path,
                "/x/.." + path,
                "/login/.." + path,
                "/observe/health/../.." + path,
                "/" + first,
                path.replaceFirst("/([^/]*)$", "%2f$1"),
                path.replaceFirst("/([^/]*)$", "%5c$1"),
                path.replaceFirst("/([^/]*)$", "//$1"),
                path.toUpperCase(java.util.Locale.ROOT) + (last.isEmpty() ? "x" : ""),
                path + "/",
                path + "/.",
                path + ".",
                path + ";x",
                path + "%20",
                path + "%00",
                path + "/..;/events",
                "/events/.." + path);
    }

    private RawHttp.Answer send(String method, String target, String head, String path) throws Exception {
        byte[] body = body(path).getBytes(StandardCharsets.UTF_8);
        String host = head.contains("Host:") ? "" : "Host: localhost\r\n";
        return RawHttp.send(
                posel.port(),
                method + " " + target + " HTTP/1.1\r\n" + host + head
                        + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: " + body.length
                        + "\r\n\r\n" + new String(body, StandardCharsets.UTF_8));
    }

    private List<Intruder> nobodies() {
        return List.of(
                new Intruder("nobody", ""),
                new Intruder("nobody of its own page", OWN),
                new Intruder("wrong token", "Authorization: Bearer wrong\r\n"),
                new Intruder("basic", "Authorization: Basic YWRtaW46YWRtaW4=\r\n"),
                new Intruder("forged caller", "Posel-Caller: admin-token\r\n"),
                new Intruder("unknown cookie", OWN + "Cookie: posel-session=" + "x".repeat(43) + "\r\n"),
                new Intruder("expired cookie", OWN + "Cookie: " + expiredCookie + "\r\n"),
                new Intruder("cookie of another name", OWN + "Cookie: __Host-" + adminCookie + "\r\n"),
                new Intruder("cookie twice", OWN + "Cookie: " + adminCookie + "; " + adminCookie + "\r\n"),
                new Intruder("token in a cookie", OWN + "Cookie: posel-session=" + PoselClient.ADMIN_TOKEN + "\r\n"),
                new Intruder(
                        "cookie and wrong token", OWN + "Cookie: " + adminCookie + "\r\nAuthorization: Bearer x\r\n"));
    }

    private static boolean isOpen(String method, String path) {
        return path.equals("/login") && (method.equals("GET") || method.equals("HEAD"));
    }

    @Test
    @Order(1)
    void whoIsNobodyGetsNothingAnywhere() throws Exception {
        String before = contents();
        int requests = 0;
        for (String path : paths()) {
            for (Intruder each : nobodies()) {
                for (String method : METHODS) {
                    if (!isOpen(method, path) && !(path.equals("/login") && method.equals("POST"))) {
                        assertOut(each, method, path, path);
                        requests++;
                    }
                }
            }
            for (String trick : tricks(path)) {
                for (Intruder each : nobodies().subList(0, 7)) {
                    assertOut(each, requests % 2 == 0 ? "GET" : "POST", trick, path);
                    requests++;
                }
            }
        }

        assertThat(contents()).isEqualTo(before);
        report("nobody", requests, 4_000);
    }

    private void assertOut(Intruder who, String method, String target, String path) throws Exception {
        RawHttp.Answer answer = send(method, target, who.head(), path);
        assertThat(answer.status())
                .as(who + " " + method + " " + target + "\n" + answer.text())
                .matches(status -> isOut(status, target));
        assertThat(answer.text())
                .doesNotContain("Access-Control", "\"items\"", "own.type", "Set-Cookie", "session.ended");
    }

    /** What does not begin with a slash is no target at all. */
    private static boolean isOut(int status, String target) {
        return target.startsWith("/") ? Set.of(401, 403, 429).contains(status) : status == 400;
    }

    private static void report(String who, int requests, int atLeast) {
        System.out.println("DoorAttackIT, " + who + ": " + requests + " requests");
        assertThat(requests).isGreaterThan(atLeast);
    }

    @Test
    @Order(2)
    void whoHasALesserRoleGetsWhatThatPermits() throws Exception {
        String before = contents();
        List<Intruder> lesser = List.of(
                new Intruder("intake token", "Authorization: Bearer " + PoselClient.INTAKE_TOKEN + "\r\n"),
                new Intruder("viewer token", "Authorization: Bearer " + viewerToken + "\r\n"),
                new Intruder("viewer session", OWN + "Cookie: " + viewerCookie + "\r\n"),
                new Intruder(
                        "viewer token with a good cookie",
                        OWN + "Authorization: Bearer " + viewerToken + "\r\nCookie: " + adminCookie + "\r\n"));
        int requests = 0;
        for (String path : paths()) {
            for (Intruder each : lesser) {
                boolean isIntake = each.name.startsWith("intake");
                for (String method : METHODS) {
                    boolean mayLook = !isIntake
                            && method.equals("GET")
                            && path.startsWith("/api")
                            && PLAIN.matcher(path).matches();
                    boolean isOwn = isIntake && path.equals("/events") && method.equals("POST")
                            || isOwn(each, path)
                            || path.equals("/login")
                                    && Set.of("GET", "HEAD", "POST").contains(method);
                    if (!mayLook && !isOwn) {
                        assertOut(each, method, path, path);
                        requests++;
                    } else if (mayLook) {
                        RawHttp.Answer answer = send(method, path, each.head, path);
                        assertThat(answer.status()).as(each + " " + path).isIn(200, 404, 405);
                        requests++;
                    }
                }
                for (String trick : tricks(path)) {
                    assertLesser(each, requests % 2 == 0 ? "GET" : "DELETE", trick, path);
                    requests++;
                }
            }
        }

        assertThat(contents()).isEqualTo(before);
        report("lesser roles", requests, 2_500);
    }

    /** These are for every session, whatever its role. */
    private boolean isOwn(Intruder who, String path) {
        return who.name.equals("viewer session")
                && Set.of("/", script, "/login", "/logout").contains(path);
    }

    /** Some spellings are other plain paths, at which there is nothing. */
    private void assertLesser(Intruder who, String method, String target, String path) throws Exception {
        RawHttp.Answer answer = send(method, target, who.head(), path);
        boolean mayLook = !who.name.startsWith("intake")
                && method.equals("GET")
                && PLAIN.matcher(target).matches();
        assertThat(answer.status())
                .as(who + " " + method + " " + target)
                .matches(status -> isOut(status, target)
                        || mayLook && (status == 404 || status == 405)
                        || status == 405 && target.startsWith("/web/") && isOwn(who, path));
    }

    @Test
    @Order(3)
    void aForeignPageGetsNothingWithAGoodCookie() throws Exception {
        String before = contents();
        String cookie = "Cookie: " + adminCookie + "\r\n";
        List<Intruder> pages = List.of(
                new Intruder("cross-site", cookie + "Sec-Fetch-Site: cross-site\r\nX-Posel-CSRF: 1\r\n"),
                new Intruder("same-site", cookie + "Sec-Fetch-Site: same-site\r\nX-Posel-CSRF: 1\r\n"),
                new Intruder("other origin", cookie + "Origin: http://evil.example\r\nX-Posel-CSRF: 1\r\n"),
                new Intruder("null origin", cookie + "Origin: null\r\nX-Posel-CSRF: 1\r\n"),
                new Intruder("other port", cookie + "Origin: http://localhost:1\r\nX-Posel-CSRF: 1\r\n"));
        List<Intruder> unsafe = List.of(
                new Intruder("no word of its origin", cookie + "X-Posel-CSRF: 1\r\n"),
                new Intruder("no header", cookie + "Sec-Fetch-Site: same-origin\r\n"),
                new Intruder("header of another value", cookie + "Sec-Fetch-Site: same-origin\r\nX-Posel-CSRF: 2\r\n"));
        int requests = 0;
        for (String path : paths()) {
            if (Set.of("/", "/login").contains(path)) {
                continue; // they are shown to everybody, and change nothing
            }
            for (String method : METHODS) {
                for (Intruder each : pages) {
                    requests += assertRefusedToAPage(each, method, path);
                }
                for (Intruder each : unsafe) {
                    boolean logout = path.equals("/logout") && each.head.contains("same-origin");
                    if (!Set.of("GET", "HEAD").contains(method) && !logout) {
                        requests += assertRefusedToAPage(each, method, path);
                    }
                }
            }
        }

        assertThat(contents()).isEqualTo(before);
        report("foreign pages", requests, 1_500);
    }

    private int assertRefusedToAPage(Intruder who, String method, String path) throws Exception {
        RawHttp.Answer answer = send(method, path, who.head, path);
        assertThat(answer.status())
                .as(who + " " + method + " " + path)
                .matches(status -> status == 401
                        || status == 403
                        || status == 405 && (path.equals("/logout") || path.equals(script)));
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        return 1;
    }

    @Test
    @Order(4)
    void aSessionReachesNothingInAnotherSpelling() throws Exception {
        String before = contents();
        Intruder jana = new Intruder("admin session", OWN + "Cookie: " + adminCookie + "\r\n");
        int requests = 0;
        for (String path : paths()) {
            for (String trick : tricks(path)) {
                // a dot behind it makes the path of another webhook, type or token
                boolean isPlain = PLAIN.matcher(trick).matches();
                for (String method : isPlain ? List.of("GET") : List.of("GET", "POST", "PUT", "DELETE")) {
                    RawHttp.Answer answer = send(method, trick, jana.head, path);
                    assertThat(answer.status())
                            .as(method + " " + trick)
                            .matches(status -> isPlain
                                    ? status == 404 || status == 405
                                    : status == (trick.startsWith("/") ? 401 : 400));
                    requests++;
                }
            }
        }
        assertThat(send("POST", "/events", jana.head, "/events").status()).isEqualTo(401);

        assertThat(contents()).isEqualTo(before);
        report("other spellings", requests, 1_500);
    }

    @Test
    @Order(5)
    void anotherHostAndAProxyRequestGetNothingWithGoodCredentials() throws Exception {
        String before = contents();
        int requests = 0;
        for (String path : paths()) {
            for (String credentials : List.of(
                    "Authorization: Bearer " + PoselClient.ADMIN_TOKEN + "\r\n",
                    OWN + "Cookie: " + adminCookie + "\r\n")) {
                for (String method : METHODS) {
                    for (String host : List.of("localhost.evil.example", "169.254.169.254")) {
                        String head = credentials + "Host: " + host + "\r\nX-Forwarded-Host: localhost\r\n";
                        assertThat(send(method, path, head, path).status())
                                .as(method + " " + path + " " + host)
                                .isEqualTo(421);
                        requests++;
                    }
                    assertThat(send(method, path, credentials + "Host: localhost\r\nHost: localhost\r\n", path)
                                    .status())
                            .isEqualTo(400);
                    String absolute = "http://localhost" + path;
                    assertThat(send(method, absolute, credentials, path).status())
                            .as(method + " " + absolute)
                            .isEqualTo(400);
                    requests += 2;
                }
            }
        }

        assertThat(contents()).isEqualTo(before);
        report("other hosts", requests, 1_500);
    }

    @Test
    @Order(6)
    void noLinkThatIsForgedOverOrUsedBeginsASession() throws Exception {
        String used = links.make("used", Role.ADMIN);
        assertThat(send("POST", used, OWN, "/login").status()).isEqualTo(303);
        String over = links.make("over", Role.ADMIN);
        clock.move(Duration.ofMinutes(10));
        String good = links.make("good", Role.VIEWER);
        LoginLinks others = new LoginLinks(() -> new byte[32], clock, new SecureRandom());
        List<String> forged = new ArrayList<>(List.of(
                others.make("other key", Role.ADMIN),
                good.replace(".", "A."),
                good + "A",
                good.substring(0, good.length() - 2),
                good + "&" + good.substring("/login?".length()),
                "/login?ticket=" + "A".repeat(7_000) + ".A",
                "/login?ticket=",
                "/login?ticket=.",
                "/login?ticket=..%2f",
                "/login"));
        String payload = good.substring("/login?ticket=".length(), good.indexOf('.'));
        String content = new String(java.util.Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8);
        forged.add("/login?ticket="
                + java.util.Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(content.replace("viewer", "admin").getBytes(StandardCharsets.UTF_8))
                + good.substring(good.indexOf('.')));
        String before = contents();

        for (String link : forged) {
            assertThat(send("POST", link, OWN, "/login").status()).as(link).isIn(403, 429);
        }
        for (String link : List.of(over, used)) {
            assertThat(send("POST", link, OWN, "/login").status()).as(link).isEqualTo(410);
        }
        for (String head :
                List.of("", "Sec-Fetch-Site: cross-site\r\n", "Origin: http://evil.example\r\n", "Origin: null\r\n")) {
            assertThat(send("POST", good, head, "/login").status()).isEqualTo(403);
        }
        for (String head : Stream.of("GET", "HEAD").toList()) {
            assertThat(send(head, good, "", "/login").status()).isEqualTo(200);
        }

        assertThat(contents()).isEqualTo(before);
        assertThat(send("POST", good, OWN, "/login").status()).isEqualTo(303);
        report("links", forged.size() + 8, 15);
    }

    /** Or the tests above would be green for a server that refuses everything. */
    @Test
    @Order(7)
    void whoHasTheRightGetsInByEachOfThesePaths() throws Exception {
        String before = contents();
        String cookie = signIn("Eva", Role.ADMIN);
        int requests = 0;
        Map<String, Set<String>> registered = registered();
        assertThat(registered).hasSizeGreaterThan(15).containsKeys("/events", "/api/webhooks", "/api/audit");
        for (Map.Entry<String, Set<String>> each : registered.entrySet()) {
            for (String method : each.getValue()) {
                if (!method.equals("DELETE")) {
                    boolean isIntake = each.getKey().equals("/events");
                    String head = isIntake
                            ? "Authorization: Bearer " + PoselClient.INTAKE_TOKEN + "\r\n"
                            : OWN + "Cookie: " + cookie + "\r\n";
                    assertThat(send(method, withId(each.getKey()), head, each.getKey())
                                    .status())
                            .as(method + " " + each.getKey())
                            .isNotIn(401, 403, 405, 421, 429, 503);
                    requests++;
                }
            }
        }

        assertThat(contents()).isNotEqualTo(before);
        report("the owner", requests, 15);
    }

    @Test
    @Order(8)
    void everyAnswerIsGuarded() throws Exception {
        String cookie = OWN + "Cookie: " + signIn("Ota", Role.ADMIN) + "\r\n";
        int answers = 0;
        for (String path : paths()) {
            for (String head : List.of(
                    "",
                    cookie,
                    "Authorization: Bearer " + PoselClient.ADMIN_TOKEN + "\r\n",
                    "Host: evil.example\r\n")) {
                RawHttp.Answer answer = send("GET", path, head + "Origin: http://localhost\r\n", path);
                assertThat(answer.header("X-Content-Type-Options")).containsExactly("nosniff");
                assertThat(answer.header("X-Frame-Options")).containsExactly("DENY");
                boolean isFile = path.equals(script) && head.equals(cookie);
                assertThat(answer.header("Cache-Control"))
                        .containsExactly(isFile ? "private, max-age=31536000, immutable" : "no-store");
                assertThat(answer.header("Cross-Origin-Resource-Policy")).containsExactly("same-origin");
                assertThat(answer.header("Cross-Origin-Opener-Policy")).containsExactly("same-origin");
                assertThat(answer.header("Cross-Origin-Embedder-Policy")).containsExactly("require-corp");
                assertThat(answer.header("Referrer-Policy")).hasSize(1);
                assertThat(answer.header("Content-Security-Policy"))
                        .singleElement()
                        .satisfies(policy -> assertThat(policy)
                                .startsWith("default-src 'none';")
                                .contains("frame-ancestors 'none'", "base-uri 'none'", "form-action ")
                                .doesNotContain("unsafe", "*"));
                assertThat(answer.head().toLowerCase(java.util.Locale.ROOT))
                        .doesNotContain("access-control-", "\nserver:", "x-powered-by");
                answers++;
            }
        }
        report("headers", answers, 80);
    }

    /** What stands in every table, but when it was last looked at. */
    private String contents() throws Exception {
        Database.Access access = Database.Access.embedded(data);
        StringBuilder all = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(access.url(), access.user(), access.password());
                var statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet row = statement.executeQuery("select table_name from information_schema.tables"
                    + " where table_schema = 'public' and table_type like '%TABLE%' order by table_name")) {
                while (row.next()) {
                    tables.add(row.getString(1));
                }
            }
            assertThat(tables).contains("webhook", "access_token", "login_session", "audit");
            tables.remove("owner");
            for (String table : tables) {
                // the session that is over goes by itself
                String which =
                        switch (table) {
                            case "login_session" -> " where name <> 'expired'";
                            // and who is refused is counted
                            case "audit" -> " where action <> 'access-refused'";
                            default -> "";
                        };
                try (ResultSet row = statement.executeQuery("select * from " + table + which)) {
                    List<String> rows = new ArrayList<>();
                    while (row.next()) {
                        StringBuilder text = new StringBuilder();
                        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                            boolean isUse = row.getMetaData().getColumnName(i).equals("last_used_at");
                            text.append(isUse ? "" : row.getString(i)).append(' ');
                        }
                        rows.add(text.toString());
                    }
                    rows.sort(null);
                    all.append(table).append(rows).append('\n');
                }
            }
        }
        return all.toString();
    }
}
