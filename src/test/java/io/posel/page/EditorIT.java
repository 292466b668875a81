package io.posel.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import io.posel.access.Role;
import io.posel.template.VariableName;
import io.posel.testing.ReceivedRequest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the editor of a webhook lets people do, and what it keeps them from. */
class EditorIT {
    @RegisterExtension
    static final PageFixture POSEL = new PageFixture();

    private static final String EVENT = """
            {"type":"%s","entity":{"type":"customer","id":"%s"},"data":{"customer":{"id":"%2$s","email":"jana@example.com",\
            "credit":1},"account":{"eshopId":"%s"}}}""";

    private static List<Look> looks() {
        return Look.languages();
    }

    @AfterEach
    void othersBeginWithNone() {
        POSEL.seed().clear();
    }

    /** With a user, a password, a key in the address and one in a header. */
    private static String webhook(String name, String path) {
        return POSEL.client().createWebhook("""
                {"name":"%s","events":["customer.credit.changed"],"url":"%s","headers":{"X-Api-Key":"tajné"},\
                "body":"{\\"id\\":\\"#customer.id#\\"}"}""".formatted(
                        name, POSEL.receiver().url(path + "?key=k%26l").replace("//", "//jana:heslo@")));
    }

    private static Visit open(Look look, String webhook) {
        Visit visit = POSEL.visit(look, Role.ADMIN).at("webhooks/" + webhook);
        assertThat(visit.body()).containsText("#customer.id#");
        return visit;
    }

    private static void happens(String type, String customer, String eshop) {
        POSEL.client().accept(EVENT.formatted(type, customer, eshop));
    }

    private static String stored(String webhook, String member) {
        return POSEL.client().get("/api/webhooks/" + webhook).at(member);
    }

    @ParameterizedTest
    @MethodSource("looks")
    @DisplayName("S8: what is no JSON is shown at its line and column, and nothing is saved")
    void whatIsNoJsonIsShownAtItsPlace(Look look) {
        String id = webhook("CRM", "/broken");
        Visit jana = open(look, id).expecting("422 PUT /api/webhooks/" + id);

        jana.write("{\n  \"id\": 1,\n}");
        String sentence = look.of(
                "Line 2, column 10: nothing follows this comma.", "Řádek 2, sloupec 10: za touto čárkou nic není.");
        assertThat(jana.page().locator(".field .error").getByText(sentence)).isVisible();
        assertThat(jana.page().locator("json-editor .cm-lintRange-error")).isVisible();
        assertThat(jana.body()).hasAttribute("aria-invalid", "true");

        jana.press(look.of("Save webhook", "Uložit webhook"));
        assertThat(jana.text(look.of("1 thing has to be mended first.", "Nejdřív je potřeba opravit 1 věc.")))
                .isVisible();
        assertThat(jana.role(AriaRole.ALERT)).containsText(sentence);
        assertThat(jana.body()).isFocused();
        assertThat(stored(id, "body")).isEqualTo("{\"id\":\"#customer.id#\"}");
    }

    @ParameterizedTest
    @MethodSource("looks")
    @DisplayName(
            "F7, S3: what is risky is said in sentences; an internal address names its setting, and is saved switched off")
    void whatIsRiskyIsSaid(Look look) {
        String id = webhook("CRM", "/risky");
        Visit jana = open(look, id).expecting("422 PUT /api/webhooks/" + id);
        Locator preview = jana.region(look.of("This is what will be sent", "Tohle se pošle"));

        assertThat(preview)
                .containsText(look.of("are not encrypted on their way", "nejsou na cestě k této adrese šifrované"));
        jana.write("{\"id\": \"#customer.jmeno#\"}");
        assertThat(preview).containsText(look.of("does not have #customer.jmeno#", "nemá #customer.jmeno#"));
        assertThat(preview.locator("li", new Locator.LocatorOptions().setHasText("customer.jmeno")))
                .hasCount(1);

        jana.field(look.of("Address (URL)", "Adresa (URL)")).fill("http://10.1.2.3/hook");
        jana.press(look.of("Remove key", "Odebrat key"));
        jana.optional(look.of("Password", "Heslo")).fill("nové");
        jana.field(look.of("Value of the header", "Hodnota hlavičky")).fill("nová");
        jana.press(look.of("Save webhook", "Uložit webhook"));
        assertThat(jana.role(AriaRole.ALERT)).containsText("10.1.2.3");
        assertThat(jana.role(AriaRole.ALERT)).containsText("POSEL_DELIVERY_ALLOW");

        jana.press(look.of("Save it switched off", "Uložit jako vypnutý"));
        assertThat(jana.message()).containsText(look.of("is saved", "je uložený"));
        assertThat(stored(id, "enabled")).isEqualTo("false");
    }

    @ParameterizedTest
    @MethodSource("looks")
    @DisplayName(
            "K19: what looks like a variable and is none is marked while somebody types, and what to write is said")
    void whatIsNoVariableIsSaid(Look look) {
        Visit jana = open(look, webhook("CRM", "/no-variable"));
        Locator preview = jana.region(look.of("This is what will be sent", "Tohle se pošle"));

        jana.write("{\"sku\": \"#items[0].sku#\",\n \"#customer.id#\": 1}");
        assertThat(preview).containsText(look.of("Write #items.0.sku# to", "napište #items.0.sku#"));
        assertThat(preview).containsText(look.of("Line 2, column 2: this name", "Řádek 2, sloupec 2: tento název"));
        assertThat(jana.page().locator("json-editor .cm-lintRange-warning")).hasCount(2);
        assertThat(jana.body()).not().hasAttribute("aria-invalid", "true");

        jana.write("{\"sku\": \"#customer.id#\"}");
        assertThat(jana.page().locator("json-editor .cm-lintRange-warning")).hasCount(0);
        assertThat(preview).not().containsText("#items.0.sku#");
    }

    @Test
    @DisplayName("K19: the page takes for a variable what Posel takes for one")
    void sameGrammar() {
        Visit jana = open(Look.ENGLISH, webhook("CRM", "/grammar"));
        List<String> texts = List.of(
                "a",
                "customer.id",
                "_links.self",
                "items.0.sku",
                "a.2nd.-x._y",
                "zákazník.město",
                "клиент",
                "顧客.番号2",
                "a٣",
                "𐐀𐐁.x",
                "ग्राहक.नाम",
                "e\u0301t",
                "data",
                "",
                "1",
                "0.a",
                "-a",
                ".a",
                "a.",
                "a..b",
                "a.\u0301",
                "\u0301a",
                "items[0]",
                "a b",
                " a",
                "a:b",
                "a½",
                "aⅣ",
                "😀");

        Object found = jana.page().evaluate("""
                async (texts) => {
                  const base = document.querySelector('script[type=module]').src;
                  const {variable} = await import(new URL('core/variable.js', base));
                  return texts.filter((text) => variable().exec(`#${text}#`)?.[0] === `#${text}#`);
                }""", texts);

        assertThat(found).isEqualTo(texts.stream().filter(VariableName::isName).toList());
    }

    @Test
    @DisplayName("S10: with several triggers it is said which variables only some of them have")
    void variablesOfSeveralTriggers() {
        String id = webhook("CRM", "/several");
        Visit jana = open(Look.ENGLISH, id);

        jana.choice("Customer's loyalty tier changed").check();
        jana.press("Insert variable");
        Locator both = jana.dialog()
                .getByRole(AriaRole.BUTTON)
                .filter(new Locator.FilterOptions().setHasText("#customer.id#"));
        Locator one = jana.dialog()
                .getByRole(AriaRole.BUTTON)
                .filter(new Locator.FilterOptions().setHasText("#creditChange.reason#"));
        assertThat(both).not().containsText("only in");
        assertThat(one).containsText("only in: Customer's credit changed");

        jana.dialog().getByRole(AriaRole.SEARCHBOX).fill("PREVIOUS TIER");
        assertThat(jana.dialog().locator("code")).hasText(new String[] {"#previousTier.id#", "#previousTier.name#"});
    }

    @Test
    @DisplayName("S2, S4, F6: without a body, with a condition, in strict order, and no faster than it is said")
    void whatIsSaidIsSent() {
        String id = webhook("CRM", "/get");
        Visit jana = open(Look.CZECH, id).expecting("400 PUT /api/webhooks/" + id);

        jana.choice("Bez těla (GET)").check();
        jana.press("Přidat podmínku");
        jana.field("Proměnná").fill("account.eshopId");
        jana.field("Přidat hodnotu").fill("7");
        jana.field("Přidat hodnotu").press("Enter");
        jana.choice("Napříč všemi zákazníky").check();
        jana.unfold("Omezení");
        jana.field("Nejvíce požadavků za sekundu").fill("kolik půjde");
        assertThat(jana.region("Tohle se pošle")).containsText("bez těla");
        jana.press("Uložit webhook");
        assertThat(jana.role(AriaRole.ALERT)).containsText("Nejvíce požadavků za sekundu");
        jana.field("Nejvíce požadavků za sekundu").fill("50,5");
        jana.press("Uložit webhook");
        assertThat(jana.message()).containsText("„CRM“ je uložený.");

        assertThat(stored(id, "ordering")).isEqualTo("entityType");
        assertThat(stored(id, "rateLimit")).isEqualTo("50.5");
        happens("customer.credit.changed", "1", "8");
        happens("customer.credit.changed", "2", "7");
        ReceivedRequest only = POSEL.received("/get", 1).get(0);
        assertThat(only.method()).isEqualTo("GET");
        assertThat(only.text()).isEmpty();
        assertThat(POSEL.posel().rows("select count(*) from delivery where webhook_id = '" + id + "'"))
                .containsExactly("1");
    }

    @Test
    @DisplayName("S11: who leaves with unsaved changes is asked, by the menu and by the button for going back")
    void leavingAsks() {
        String id = webhook("CRM", "/leave");
        Visit jana = open(Look.ENGLISH, id);
        jana.field("Name").fill("Other");

        for (Runnable leave :
                List.<Runnable>of(() -> jana.page().evaluate("history.back()"), () -> jana.goTo("Deliveries"))) {
            leave.run();
            assertThat(jana.dialog()).containsText("has not been saved");
            jana.answer("Stay here");
            assertThat(jana.dialog()).hasCount(0);
            assertThat(jana.page()).hasURL(Pattern.compile("#/webhooks/" + id + "$"));
            assertThat(jana.field("Name")).hasValue("Other");
        }
        jana.goTo("Deliveries");
        jana.answer("Leave, drop the changes");
        assertThat(jana.heading("Deliveries")).isVisible();
        assertThat(stored(id, "name")).isEqualTo("CRM");

        jana.page().evaluate("history.back()");
        assertThat(jana.field("Name")).hasValue("CRM");
        jana.field("Name").fill("Another");
        jana.page().evaluate("history.back()");
        jana.answer("Leave, drop the changes");
        assertThat(jana.heading("Webhooks")).isVisible();
        jana.page().evaluate("history.forward()");
        assertThat(jana.field("Name")).hasValue("CRM");
    }

    @Test
    @DisplayName("S11: two who edit one webhook do not overwrite each other without knowing")
    void twoPeopleEditing() {
        String id = webhook("CRM", "/two");
        Visit jana = open(Look.ENGLISH, id);
        Visit petr =
                POSEL.visit(Look.CZECH).signIn(POSEL.link("Petr", Role.ADMIN)).at("webhooks/" + id);
        petr.field("Název").fill("Petrův");
        petr.unfold("Omezení");
        petr.field("Nejvíce požadavků za sekundu").fill("5");
        petr.press("Uložit webhook");
        assertThat(petr.message()).containsText("„Petrův“ je uložený.");

        jana.field("Name").fill("Janin");
        jana.press("Save webhook");
        assertThat(jana.dialog()).containsText("Petr saved it");
        assertThat(jana.dialog().locator("tbody tr")).hasText(new Pattern[] {
            Pattern.compile("Name\\s*Petrův\\s*Janin"), Pattern.compile("Requests per second, at most\\s*5\\s*–")
        });
        jana.answer("Go on editing");
        assertThat(jana.field("Name")).hasValue("Janin");
        assertThat(stored(id, "name")).isEqualTo("Petrův");

        jana.press("Save webhook");
        jana.answer("Save mine over it");
        assertThat(jana.message()).containsText("“Janin” is saved.");
        assertThat(stored(id, "name")).isEqualTo("Janin");

        petr.field("Název").fill("Petrův druhý");
        petr.press("Uložit webhook");
        assertThat(petr.dialog()).containsText("Jana Nováková");
        petr.answer("Vzít jejich, zahodit moje");
        assertThat(petr.field("Název")).hasValue("Janin");
        assertThat(petr.dialog()).hasCount(0);
        jana.expecting("412 PUT").expecting("412 PUT");
        petr.expecting("412 PUT");
    }

    @Test
    @DisplayName("S9, F4: secrets are dots, stay when something else is saved, and are encoded when they are new")
    void secretsStay() {
        String id = webhook("CRM", "/secrets");
        Visit jana = open(Look.ENGLISH, id);
        Locator password = jana.optional("Password");
        Locator key = jana.field("Value");
        Locator header = jana.field("Value of the header");
        for (Locator secret : List.of(password, key, header)) {
            assertThat(secret).hasValue("");
            assertThat(secret).hasAttribute("placeholder", "••••••••");
        }
        assertThat(jana.page().locator("html")).not().containsText("heslo");

        jana.field("Name").fill("CRM 2");
        jana.press("Save webhook");
        assertThat(jana.message()).containsText("is saved");
        happens("customer.credit.changed", "1", "7");
        ReceivedRequest before = POSEL.received("/secrets", 1).get(0);
        assertThat(before.target()).isEqualTo("/secrets?key=k%26l");
        assertThat(before.header("Authorization")).contains(basic("jana:heslo"));
        assertThat(before.header("X-Api-Key")).contains("tajné");

        password.fill("a@b/c:d#e%f ž");
        key.fill("=&+ #1");
        jana.press("Save webhook");
        assertThat(jana.message().getByText("“CRM 2” is saved.")).hasCount(2);
        happens("customer.credit.changed", "1", "7");
        ReceivedRequest after = POSEL.received("/secrets", 2).get(1);
        assertThat(after.target()).isEqualTo("/secrets?key=%3D%26%2B%20%231");
        assertThat(after.header("Authorization")).contains(basic("jana:a@b/c:d#e%f ž"));
        assertThat(after.header("X-Api-Key")).contains("tajné");
    }

    private static String basic(String userInfo) {
        return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(UTF_8));
    }

    @Test
    @DisplayName("a password that is written into the address moves to where it is hidden")
    void secretsInTheAddressMove() {
        String id = webhook("CRM", "/moves");
        Visit jana = open(Look.ENGLISH, id);
        Locator address = jana.field("Address (URL)");

        address.fill("https://petr:p%40ss@example.com/hook?token=abc&id=#customer.id#");
        address.blur();

        assertThat(address).hasValue("https://example.com/hook?id=#customer.id#");
        assertThat(jana.optional("User name")).hasValue("petr");
        assertThat(jana.optional("Password")).hasValue("p@ss");
        assertThat(jana.field("Name of the parameter").last()).hasValue("token");
        assertThat(jana.text("has moved into the fields below")).isVisible();
    }

    @Test
    @DisplayName("a signing secret is shown once, signs, and signs along after there is another one")
    void signingSecret() {
        String id = webhook("CRM", "/signed");
        Visit jana = open(Look.ENGLISH, id);

        jana.press("Sign messages…");
        jana.answer("Sign messages");
        String first = jana.dialog().locator("pre").textContent();
        jana.answer("I have copied it");
        assertThat(jana.text("Messages are signed")).isVisible();
        assertThat(jana.text("whsec_")).hasCount(0);
        happens("customer.credit.changed", "1", "7");
        assertThat(POSEL.received("/signed", 1).get(0).header("webhook-signature"))
                .hasValueSatisfying(value -> assertThat(value.split(" ")).hasSize(1));

        jana.press("Make a new secret…");
        assertThat(jana.dialog()).containsText("within 24 hours");
        jana.answer("Make a new secret");
        Locator second = jana.dialog().locator("pre");
        assertThat(second).containsText("whsec_");
        assertThat(second).not().hasText(first);
        jana.answer("I have copied it");
        happens("customer.credit.changed", "1", "7");
        assertThat(POSEL.received("/signed", 2).get(1).header("webhook-signature"))
                .hasValueSatisfying(value -> assertThat(value.split(" ")).hasSize(2));
    }

    @Test
    @DisplayName("a webhook that was deleted can be had back, switched off")
    void deleteAndRestore() {
        String id = webhook("Smazaný", "/deleted");
        Visit jana = open(Look.ENGLISH, id);

        jana.press("Delete webhook");
        jana.answer("Cancel");
        jana.press("Delete webhook");
        jana.answer("Delete");
        assertThat(jana.message()).containsText("“Smazaný” is deleted.");
        assertThat(jana.text("Tell another system what happens in yours")).isVisible();

        jana.at("webhooks?state=deleted");
        jana.row("Smazaný").getByRole(AriaRole.BUTTON).click();
        assertThat(jana.message()).containsText("“Smazaný” is back.");
        assertThat(stored(id, "state")).isEqualTo("disabled");
    }

    @Test
    @DisplayName("S11: a viewer sees everything, and nothing can be changed")
    void aViewerChangesNothing() {
        String id = webhook("CRM", "/viewer");
        happens("customer.credit.changed", "1", "7");
        POSEL.received("/viewer", 1);
        Visit petr = POSEL.visit(Look.ENGLISH, Role.VIEWER);
        assertThat(petr.text("You may look at everything, and change nothing")).isVisible();
        assertThat(petr.row("CRM").getByRole(AriaRole.SWITCH)).isDisabled();
        assertThat(petr.link("New webhook")).hasCount(0);

        petr.at("webhooks/" + id);
        assertThat(petr.body()).containsText("#customer.id#");
        assertThat(petr.field("Name")).hasValue("CRM");
        assertThat(petr.page().locator("main :is(input, select, textarea, button):enabled"))
                .hasCount(0);
        petr.body().press("End");
        petr.body().pressSequentially("typed");
        assertThat(petr.body()).not().containsText("typed");

        petr.at("deliveries");
        petr.row("CRM").first().click();
        assertThat(petr.text("The receiver answered 200")).isVisible();
        assertThat(petr.role(AriaRole.BUTTON, "Send again…")).hasCount(0);
        for (String place : List.of("deliveries", "event-types", "event-types/customer.credit.changed", "access")) {
            petr.at(place);
            assertThat(petr.page().locator("h1")).isVisible();
            assertThat(petr.page().locator(".loading")).hasCount(0);
            assertThat(petr.page().locator("main :is(.primary, .danger)")).hasCount(0);
        }
    }
}
