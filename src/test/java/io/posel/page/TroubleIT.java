package io.posel.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import io.posel.access.Role;
import io.posel.testing.Answer;
import io.posel.testing.HttpAnswer;
import io.posel.testing.Ports;
import io.posel.testing.ReceivedRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people meet when something goes wrong around them, or when data are not as one thinks of them. */
class TroubleIT {
    private static final String HORSE = "Žluťoučký kůň";
    private static final String EVIL = "\"><img src=x onerror=alert(1)><script>alert(2)</script>javascript:alert(3)";

    @RegisterExtension
    static final PageFixture POSEL = new PageFixture().with("POSEL_HTTP_PORT", String.valueOf(Ports.free()));

    @AfterEach
    void othersBeginWithNone() {
        POSEL.seed().clear();
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private static void accepted(HttpAnswer answer) {
        assertThat(answer.status()).as(answer.text()).isBetween(200, 299);
    }

    private static Visit edit(Look look, String id) {
        Visit visit = POSEL.visit(look, Role.ADMIN).at("webhooks/" + id);
        assertThat(visit.body()).isVisible(); // or what it loads is refused once the session or Posel is gone
        visit.field(look.of("Name", "Název")).fill("Nový název");
        return visit;
    }

    @Test
    @DisplayName("whose session ends while editing signs in again in another tab, and goes on")
    void sessionEnds() {
        String id = POSEL.seed().webhook("CRM");
        Visit jana = edit(Look.CZECH, id).expecting("401 PUT /api/webhooks/" + id);
        assertThat(jana.region("Tohle se pošle")).containsText("POST");
        jana.page().context().clearCookies();
        jana.press("Uložit webhook");
        Locator note = jana.page().locator(".banners").getByRole(AriaRole.ALERT);
        assertThat(note).containsText("Už nejste přihlášeni.");
        assertThat(jana.field("Název")).hasValue("Nový název");

        Page other = jana.page().context().newPage();
        other.navigate(POSEL.link("Jana", Role.ADMIN));
        other.getByText("Přihlásit se").last().click();
        other.waitForURL(url -> !url.contains("/login"));
        other.close();
        jana.press("Už jsem se znovu přihlásil(a)");
        assertThat(note).hasCount(0);
        jana.press("Uložit webhook");

        assertThat(jana.message()).containsText("„Nový název“ je uložený.");
    }

    @Test
    @DisplayName(
            "while Posel is gone the page says so and keeps what was entered; when it is back it goes on by itself")
    void poselIsGoneAndBack() {
        Visit jana = edit(Look.ENGLISH, POSEL.seed().webhook("CRM"))
                .bearing("net::ERR_")
                .bearing("503 ");
        Locator note = jana.page().locator(".banners").getByRole(AriaRole.ALERT);

        POSEL.posel().close();
        try {
            jana.press("Save webhook");
            assertThat(note).containsText("Posel does not answer.");
        } finally {
            POSEL.posel().start();
        }

        assertThat(note).hasCount(0);
        assertThat(jana.field("Name")).hasValue("Nový název");
        jana.press("Save webhook");
        assertThat(jana.message()).containsText("“Nový název” is saved.");
    }

    @ParameterizedTest
    @CsvSource({
        "413, body-too-large, POSEL_MAX_BODY",
        "429, too-many-requests, Chvíli počkejte",
        "503, store-unavailable, Databáze neodpovídá",
        "500, something-new, Something is new."
    })
    @DisplayName("a refusal is a sentence that says what to do, also one that the page does not know yet")
    void refusalsAreSentences(int status, String code, String sentence) {
        String id = POSEL.seed().webhook("CRM");
        Visit jana = edit(Look.CZECH, id).expecting(status + " PUT /api/webhooks/" + id);
        jana.page().route("**/api/webhooks/" + id, route -> {
            if (route.request().method().equals("PUT")) {
                route.fulfill(new Route.FulfillOptions()
                        .setStatus(status)
                        .setContentType("application/problem+json")
                        .setBody("""
                                {"title":"No","status":%d,"detail":"Something is new.",\
                                "errors":[{"pointer":"","code":"%s","params":{},"detail":"Something is new."}]}""".formatted(status, code)));
            } else {
                route.resume();
            }
        });

        jana.press("Uložit webhook");

        assertThat(jana.page().locator("form").getByRole(AriaRole.ALERT)).containsText(sentence);
        assertThat(jana.field("Název")).hasValue("Nový název");
    }

    @Test
    @DisplayName("names and texts of 200 letters without a blank break no page")
    void longTexts() {
        String wide = "Ž".repeat(200);
        String type = "long." + "w".repeat(90);
        String id = POSEL.client()
                .createWebhook("""
                {"name":"%s","events":["%s","customer.credit.changed"],"url":"%s","filter":{"a.%s":["%1$s"]},\
                "headers":{"X-%4$s":"v"},"body":"{\\"%4$s\\":\\"#a.%4$s#\\"}"}""".formatted(wide, type, POSEL.receiver().url("/" + "u".repeat(200)), "m".repeat(50)));
        accepted(POSEL.client().put("/api/event-types/" + type, """
                {"title":{"cs":"%s"},"entityType":"%s","variables":[{"name":"a.%s","title":{"cs":"%1$s"},"example":"%1$s"}],\
                "sample":{"a":{"%3$s":"%1$s"}}}""".formatted(wide, "k".repeat(100), "m".repeat(50))));
        POSEL.receiver().answer(Answer.status(500).body("a".repeat(900)));
        POSEL.client().accept("""
                {"id":"%s","type":"%s","entity":{"type":"%s","id":"%1$s"},"data":{"a":{"%s":"%s"}}}""".formatted("i".repeat(128), type, "k".repeat(100), "m".repeat(50), wide));
        POSEL.seed().awaitSettled(id, 1);

        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN);
        assertThat(jana.text(wide).first()).isVisible();
        jana.fits();
        jana.at("webhooks/" + id);
        assertThat(jana.body()).isVisible();
        jana.fits();
        jana.at("deliveries");
        jana.page().locator("td.time a").first().click();
        assertThat(jana.text("Posel to vzdal")).isVisible();
        jana.fits();
        for (String place : List.of("deliveries", "event-types", "event-types/" + type, "audit", "overview")) {
            jana.at(place);
            assertThat(jana.page().locator("h1")).isVisible();
            assertThat(jana.page().locator(".loading")).hasCount(0);
            jana.fits();
        }
    }

    @Test
    @DisplayName("a yellowish horse goes in everywhere, arrives and is shown")
    void theHorse() {
        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN).at("webhooks/new");
        jana.field("Name").fill(HORSE);
        jana.choice("Customer's credit changed").check();
        jana.press("Add a condition");
        jana.field("Variable").fill("customer.email");
        jana.field("Add a value").fill(HORSE);
        jana.field("Address (URL)").fill(POSEL.receiver().url("/kůň/#customer.email#"));
        jana.unfold("Name, password or key");
        jana.optional("User name").fill(HORSE);
        jana.optional("Password").fill("ňůk");
        jana.press("Add a key");
        jana.field("Name of the parameter").fill("klíč");
        jana.field("Value").fill(HORSE);
        jana.press("Add a header");
        jana.field("Name of the header").fill("X-Horse");
        jana.field("Value of the header").fill(HORSE);
        jana.write("{\"kůň\": \"" + HORSE + " #customer.email#\"}");
        jana.press("Create webhook");
        assertThat(jana.heading(HORSE)).isVisible();
        assertThat(jana.page().locator(".chip")).containsText(HORSE);

        POSEL.client().accept("""
                {"type":"customer.credit.changed","entity":{"type":"customer","id":"%s"},"data":{"customer":{"email":"%1$s"}}}""".formatted(HORSE));
        String encoded = "%C5%BDlu%C5%A5ou%C4%8Dk%C3%BD%20k%C5%AF%C5%88";
        ReceivedRequest request = POSEL.received("/k%C5%AF%C5%88/", 1).get(0);
        assertThat(request.target()).isEqualTo("/k%C5%AF%C5%88/" + encoded + "?kl%C3%AD%C4%8D=" + encoded);
        assertThat(request.header("X-Horse")).contains(HORSE);
        assertThat(request.text()).isEqualTo("{\"kůň\": \"" + HORSE + " " + HORSE + "\"}");

        jana.goTo("Deliveries");
        assertThat(jana.row("customer " + HORSE)).containsText("delivered");
        jana.goTo("Access");
        jana.press("New token");
        jana.field("Name").fill(HORSE);
        jana.answer("Make token");
        jana.answer("I have copied it");
        assertThat(jana.row(HORSE)).containsText("by Jana Nováková");
    }

    @Test
    @DisplayName("what looks like script is text, wherever it comes from")
    void scriptIsText() {
        String evil = quoted(EVIL);
        String id = POSEL.client().createWebhook("""
                {"name":"%s","events":["evil.happened"],"url":"%s","filter":{"a.b":["%1$s"]},\
                "headers":{"X-Evil":"%1$s"},"body":"{\\"a\\":\\"#a.b#\\"}"}""".formatted(
                        evil, POSEL.receiver().url("/evil?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E")));
        accepted(POSEL.client().put("/api/event-types/evil.happened", """
                {"title":{"cs":"%s","en":"%1$s"},"entityType":"thing","variables":[\
                {"name":"a.b","title":{"cs":"%1$s"},"example":"%1$s"}],"sample":{"a":{"b":"%1$s"}}}""".formatted(evil)));
        POSEL.receiver()
                .answer(Answer.status(500).header("Content-Type", "text/html").body(EVIL));
        POSEL.client().accept("""
                {"id":"%s","type":"evil.happened","entity":{"type":"customer","id":"%1$s"},"data":{"a":{"b":"%1$s"}}}""".formatted(evil));
        POSEL.seed().awaitSettled(id, 1);
        String delivery = POSEL.client().get("/api/deliveries?limit=1").at("items.0.id");

        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN);
        List<String> alerts = new ArrayList<>();
        jana.page().onDialog(dialog -> {
            alerts.add(dialog.message());
            dialog.dismiss();
        });
        for (String place : List.of(
                "webhooks",
                "webhooks/" + id,
                "deliveries",
                "deliveries/" + delivery,
                "deliveries?webhook=" + id + "&event=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
                "event-types",
                "event-types/evil.happened",
                "audit",
                "overview")) {
            jana.at(place);
            assertThat(jana.page().locator("h1")).isVisible();
            assertThat(jana.page().locator(".loading")).hasCount(0);
            assertThat(jana.text("<img src=x")
                            .or(jana.page().locator("input[value*='<img'], textarea"))
                            .first())
                    .isVisible();
            assertThat(jana.page().locator("img, script:not([src]), iframe, [onerror], a[href^=javascript]"))
                    .hasCount(0);
        }
        assertThat(alerts).isEmpty();
    }

    @Test
    @DisplayName("an address that is script is refused, and is no link")
    void scriptIsNoAddress() {
        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN).at("webhooks/new").expecting("422 POST /api/webhooks");
        jana.field("Name").fill("CRM");
        jana.choice("Customer's credit changed").check();
        jana.field("Address (URL)").fill("javascript:alert(1)");
        jana.press("Create webhook");

        assertThat(jana.page().locator("form").getByRole(AriaRole.ALERT))
                .containsText("The URL must begin with https://");
        assertThat(jana.page().locator("a[href^=javascript]")).hasCount(0);
    }
}
