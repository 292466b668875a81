package io.posel.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.options.AriaRole;
import io.posel.access.Role;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every page and every dialog can be read by everybody, in light, in dark and on a phone; and looked at afterwards. */
class LooksIT {
    private static final Watch WATCH = new Watch(EverydayShop.AGE);

    @RegisterExtension
    static final PageFixture POSEL = new PageFixture()
            .at(WATCH)
            .withFile("config/webhooks/" + EverydayShop.FILE, EverydayShop.IN_FILE.formatted("tajny"));

    private static EverydayShop shop;

    @BeforeAll
    static void somethingIsThere() {
        shop = new EverydayShop(POSEL, WATCH);
        shop.live();
    }

    private static void look(Visit visit, String name) {
        assertThat(visit.page().locator(".loading")).hasCount(0);
        visit.axe();
        visit.fitsPhone();
        visit.screenshot(name);
    }

    @Test
    @DisplayName("the list, a webhook and a new one, S11")
    void webhooks() {
        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN);
        assertThat(jana.row("Kredit do CRM")).containsText("doručeno");
        look(jana, "webhooks");

        jana.at("webhooks/" + shop.crm);
        assertThat(jana.body()).containsText("#customer.email#");
        assertThat(jana.region("Tohle se pošle")).containsText("POST http");
        look(jana, "webhook");

        jana.at("webhooks/" + shop.failing);
        assertThat(jana.heading("Žluťoučký kůň – newsletter")).isVisible();
        look(jana, "webhook-failing");

        jana.goTo("Webhooky");
        jana.link("Skladový systém").click();
        assertThat(jana.text("je v souboru " + EverydayShop.FILE)).isVisible();
        look(jana, "webhook-from-file");

        jana.at("webhooks/new");
        assertThat(jana.heading("Nový webhook")).isVisible();
        assertThat(jana.body()).isVisible();
        look(jana, "webhook-new");
    }

    @Test
    @DisplayName("deliveries and what one went through")
    void deliveries() {
        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN).at("deliveries");
        assertThat(jana.row("Žluťoučký kůň").first()).isVisible();
        look(jana, "deliveries");

        jana.at("deliveries?state=dead");
        jana.row("Žluťoučký kůň").first().click();
        assertThat(jana.text("Zkuste to později").first()).isVisible();
        look(jana, "delivery");
    }

    @Test
    @DisplayName("the other pages")
    void otherPages() {
        POSEL.client().post("/api/tokens", "{\"name\":\"E-shop\",\"role\":\"intake\"}");
        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN);

        jana.goTo("Přehled");
        assertThat(jana.page().locator(".chart canvas")).isVisible();
        jana.unfold("Totéž jako tabulka");
        look(jana, "overview");

        jana.goTo("Typy událostí");
        assertThat(jana.text("customer.credit.changed")).isVisible();
        look(jana, "event-types");

        jana.link("Změna kreditu zákazníka").click();
        assertThat(jana.heading("Změna kreditu zákazníka")).isVisible();
        look(jana, "event-type");

        jana.at("event-types/new");
        jana.press("Přidat proměnnou");
        look(jana, "event-type-new");
        jana.goTo("Záznam změn");
        jana.answer("Odejít a změny zahodit");
        assertThat(jana.row("Statistika návštěv").first()).isVisible();
        look(jana, "audit");

        jana.goTo("Zdroje");
        assertThat(jana.text("Nic není odloženo.")).isVisible();
        look(jana, "sources");

        jana.goTo("Přístupy");
        assertThat(jana.row("E-shop")).isVisible();
        look(jana, "access");

        jana.goTo("O aplikaci");
        assertThat(jana.text("P3D").or(jana.text("3 dny")).first()).isVisible();
        look(jana, "about");

        jana.at("nothing");
        assertThat(jana.heading("Taková stránka tu není.")).isVisible();
        look(jana, "not-found");
    }

    @Test
    @DisplayName("the dialogs of a webhook")
    void dialogsOfAWebhook() {
        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN).at("webhooks/" + shop.crm);
        jana.press("Vložit proměnnou");
        assertThat(jana.dialog()).containsText("#customer.id#");
        look(jana, "dialog-variables");
        jana.page().keyboard().press("Escape");

        jana.press("Poslat zkušebně…");
        jana.answer("Poslat zkušebně");
        assertThat(jana.dialog()).containsText("Dorazilo");
        look(jana, "dialog-test");
        jana.answer("Zavřít");

        jana.press("Podepisovat zprávy…");
        jana.answer("Podepisovat zprávy");
        assertThat(jana.dialog()).containsText("whsec_");
        look(jana, "dialog-secret");
        jana.answer("Mám ho zkopírovaný");

        jana.press("Smazat webhook");
        look(jana, "dialog-delete");
        jana.answer("Zrušit");

        jana.field("Název").fill("Kredit do jiného CRM");
        jana.goTo("Doručení");
        assertThat(jana.dialog()).isVisible();
        look(jana, "dialog-leave");
        jana.answer("Zůstat tady");

        POSEL.client().patch("/api/webhooks/" + shop.crm, "{\"rateLimit\":5}");
        jana.press("Uložit webhook");
        assertThat(jana.dialog()).containsText("změnil někdo jiný");
        look(jana, "dialog-conflict");
        jana.expecting("412 PUT /api/webhooks/" + shop.crm);
    }

    @Test
    @DisplayName("the dialogs of switching on, sending again and tokens")
    void otherDialogs() {
        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN);
        jana.row("Statistika návštěv").getByRole(AriaRole.SWITCH).click();
        assertThat(jana.dialog()).containsText("Poslat teď všechny");
        look(jana, "dialog-switch-on");
        jana.answer("Zrušit");

        jana.at("deliveries?state=dead,skipped");
        jana.press("Poslat znovu…");
        assertThat(jana.dialog()).containsText("Všechno:");
        look(jana, "dialog-replay");
        jana.answer("Zrušit");

        jana.row("Žluťoučký kůň").first().click();
        jana.press("Poslat znovu…");
        assertThat(jana.dialog()).containsText("webhook-id");
        look(jana, "dialog-again");
        jana.answer("Zrušit");

        jana.goTo("Přístupy");
        jana.press("Nový token");
        assertThat(jana.dialog()).isVisible();
        look(jana, "dialog-token");
    }

    @Test
    @DisplayName("nothing sticks out in English either")
    void inEnglish() {
        Visit jana = POSEL.visit(Look.ENGLISH, Role.VIEWER);
        for (String place : new String[] {
            "webhooks",
            "webhooks/" + shop.failing,
            "deliveries",
            "overview",
            "event-types",
            "sources",
            "audit",
            "access",
            "about"
        }) {
            jana.at(place);
            assertThat(jana.page().locator("h1")).isVisible();
            assertThat(jana.page().locator(".loading")).hasCount(0);
            jana.fitsPhone();
        }
    }
}
