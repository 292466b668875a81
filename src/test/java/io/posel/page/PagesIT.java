package io.posel.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import io.posel.access.Role;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The pages that are about more than one webhook. */
class PagesIT {
    @RegisterExtension
    static final PageFixture POSEL = new PageFixture();

    @Test
    @DisplayName("S11: the overview shows what happened, as figures, as a chart and as a table")
    void overview() {
        POSEL.seed().deliveries("Overview", "session.started", 12);
        Visit jana = POSEL.visit(Look.ENGLISH, Role.VIEWER).at("overview");
        Locator figures = jana.region("Figures");
        assertThat(figures).containsText("12events accepted");
        assertThat(figures).containsText("12delivered");
        assertThat(jana.heading("How fast it is")).isVisible();
        assertThat(jana.page().locator("main")).containsText("Nothing waits");
    }

    @Test
    @DisplayName("S2: an operator adds an event type without code, and a webhook can wait for it")
    void ownEventType() {
        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN).at("event-types");
        jana.link("Nový typ události").click();
        jana.field("Kód").fill("order.paid");
        jana.field("Název česky").fill("Žluťoučká objednávka zaplacena");
        jana.field("Druh věci, které se týká").fill("order");
        Locator sample = jana.page().locator("json-editor").getByLabel("Ukázková data (JSON)");
        sample.click();
        jana.page().keyboard().insertText("{\"order\":{\"id\":\"1\",\"total\":99.5}}");
        jana.press("Převzít proměnné z ukázky");
        assertThat(jana.field("Proměnná").first()).hasValue("order.id");
        jana.field("Význam česky").first().fill("Číslo objednávky");
        jana.field("Význam česky").last().fill("Celkem");
        jana.press("Přidat typ události");
        assertThat(jana.heading("Žluťoučká objednávka zaplacena")).isVisible();

        jana.link("Nový webhook pro něj").click();
        assertThat(jana.choice("Žluťoučká objednávka zaplacena")).isChecked();
        jana.press("Začít se všemi proměnnými");
        assertThat(jana.body()).containsText("\"total\": #order.total#");
        jana.goTo("Typy událostí");
        jana.answer("Odejít a změny zahodit");
        jana.link("Žluťoučká objednávka zaplacena").click();
        jana.press("Odebrat typ události");
        jana.answer("Odebrat");
        assertThat(jana.message()).containsText("je odebraný");
        assertThat(jana.link("Žluťoučká objednávka zaplacena")).hasCount(0);
    }

    @Test
    @DisplayName(
            "S11: a token is shown once, opens what its role may, and is refused once revoked; the trail tells all of it")
    void tokens() {
        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN).at("access");
        jana.press("New token");
        jana.field("Name").fill("E-shop");
        jana.choice("viewer").check();
        jana.answer("Make token");
        String token = jana.dialog().locator("pre").textContent();
        assertThat(token).startsWith("posel_");
        jana.answer("I have copied it");
        assertThat(jana.page().locator("main")).not().containsText(token);
        assertThat(status(token)).isEqualTo(200);

        jana.press("Revoke E-shop");
        jana.answer("Revoke");
        assertThat(jana.message()).containsText("is revoked");
        assertThat(status(token)).isEqualTo(401);

        jana.goTo("Audit trail");
        assertThat(jana.row("E-shop").first()).containsText("Jana Nováková");
        assertThat(jana.row("E-shop")).hasCount(2);
    }

    private static int status(String token) {
        return POSEL.client()
                .send("GET", "/api/webhooks", null, "Authorization", "Bearer " + token)
                .status();
    }

    @Test
    @DisplayName("S11: about tells the version, the database and that all is well")
    void about() {
        Visit jana = POSEL.visit(Look.ENGLISH, Role.VIEWER).at("about");
        assertThat(jana.page().locator("main")).containsText("H2");
        assertThat(jana.page().locator("main")).containsText("All is well");
        assertThat(jana.page().locator("main")).containsText("3 days");
    }

    @Test
    @DisplayName("S11: the language is switched where somebody is, and what was entered stays")
    void language() {
        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN).at("webhooks/new");
        jana.field("Name").fill("Stays");
        jana.press("Čeština");
        assertThat(jana.heading("Nový webhook")).isVisible();
        assertThat(jana.field("Název")).hasValue("Stays");
        assertThat(jana.page().locator("html")).hasAttribute("lang", "cs");
        jana.at("webhooks");
        jana.answer("Odejít a změny zahodit");
        jana.page().reload();
        assertThat(jana.heading("Webhooky")).isVisible();
    }

    @Test
    @DisplayName("S11: an address that leads nowhere says so")
    void nowhere() {
        Visit jana = POSEL.visit(Look.ENGLISH, Role.VIEWER).at("nowhere/at/all");
        assertThat(jana.heading("There is no such page.")).isVisible();
        jana.expecting("404 GET /api/webhooks/wh_0000000000000000").at("webhooks/wh_0000000000000000");
        assertThat(jana.text("There is no such webhook")).isVisible();
    }
}
