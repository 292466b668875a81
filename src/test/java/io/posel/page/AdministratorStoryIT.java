package io.posel.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import io.posel.access.Role;
import io.posel.testing.ReceivedRequest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody who never saw JSON makes a webhook, and sees that it works. */
class AdministratorStoryIT {
    @RegisterExtension
    static final PageFixture POSEL = new PageFixture();

    private static List<Look> looks() {
        return Look.languages();
    }

    @BeforeEach
    void nobodyHasMadeOne() {
        POSEL.seed().clear();
    }

    @ParameterizedTest
    @MethodSource("looks")
    @DisplayName("S11: from the login link to the first delivered message without anybody's help")
    void fromTheLinkToADeliveredMessage(Look look) {
        String path = "/hook-" + look.locale() + "/";
        Visit jana = POSEL.visit(look, Role.ADMIN);

        assertThat(jana.heading(look.of(
                        "Tell another system what happens in yours", "Řekněte jinému systému, co se u vás děje")))
                .isVisible();
        jana.link(look.of("New webhook", "Nový webhook")).last().click();
        fill(jana, look, path);

        Locator preview = jana.region(look.of("This is what will be sent", "Tohle se pošle"));
        assertThat(preview).containsText("POST " + POSEL.receiver().url(path + "42?apiKey="));
        assertThat(preview).containsText("\"credit\": 1250.50");
        assertThat(preview).containsText("\"what\": \"customer.credit.changed\"");

        jana.press(look.of("Create webhook", "Vytvořit webhook"));
        assertThat(jana.heading("Kredit do CRM")).isVisible();
        assertThat(jana.message()).containsText(look.of("is created", "je vytvořený"));

        jana.press(look.of("Send test…", "Poslat zkušebně…"));
        jana.answer(look.of("Send test", "Poslat zkušebně"));
        assertThat(jana.dialog())
                .containsText(look.of("It arrived: the receiver answered 200", "Dorazilo: příjemce odpověděl 200"));
        ReceivedRequest test = POSEL.received(path, 1).get(0);
        assertThat(test.header("webhook-test")).contains("true");
        isWhatWasAskedFor(test, path + "42", "1250.50", "jana.novakova@example.com");
        jana.answer(look.of("Close", "Zavřít"));

        POSEL.client().accept("""
                {"type":"customer.credit.changed","entity":{"type":"customer","id":"8"},"data":{"customer":{"id":"8/a",\
                "email":"kun@example.com","credit":0.10,"group":{"id":"3","name":"Stálí zákazníci"},\
                "tier":{"id":"2","name":"Zlatá"}},"creditChange":{"value":150.50,"reason":"Objednávka č. 20260415"},\
                "account":{"eshopId":"7"}}}""");
        isWhatWasAskedFor(POSEL.received(path, 2).get(1), path + "8%2Fa", "0.10", "kun@example.com");

        jana.goTo(look.of("Webhooks", "Webhooky"));
        Locator row = jana.row("Kredit do CRM");
        assertThat(row.locator(".badge")).hasText(look.of("on", "zapnuto"));
        assertThat(row.locator("time")).hasText(Pattern.compile(look.of("now|seconds? ago", "nyní|před .*(sekund|s)")));
        assertThat(row.getByRole(AriaRole.SWITCH)).isChecked();
    }

    private static void fill(Visit jana, Look look, String path) {
        jana.field(look.of("Name", "Název")).fill("Kredit do CRM");
        jana.choice(look.of("Customer's credit changed", "Změna kreditu zákazníka"))
                .check();

        String address = look.of("Address (URL)", "Adresa (URL)");
        jana.field(address).fill(POSEL.receiver().url(path));
        jana.insertVariable(address, "customer.id");
        jana.unfold(look.of("Name, password or key", "Jméno, heslo nebo klíč"));
        jana.optional(look.of("User name", "Uživatelské jméno")).fill("jana@firma.cz");
        jana.optional(look.of("Password", "Heslo")).fill("hes/lo:š#1 %");
        jana.press(look.of("Add a key", "Přidat klíč"));
        jana.field(look.of("Name of the parameter", "Název parametru")).fill("apiKey");
        jana.field(look.of("Value", "Hodnota")).fill("tajný&klíč=#1");

        jana.press(look.of("Add a header", "Přidat hlavičku"));
        jana.field(look.of("Name of the header", "Název hlavičky")).fill("X-E-shop");
        jana.field(look.of("Value of the header", "Hodnota hlavičky")).fill("shop ");
        jana.insertVariable("X-E-shop", "account.eshopId");

        jana.press(look.of("Start with all variables", "Začít se všemi proměnnými"));
        assertThat(jana.body()).containsText("#customer.email#");
        jana.body().press("Control+Home");
        jana.body().press("ArrowRight");
        jana.body().pressSequentially("\"what\": ");
        jana.insertVariable("", "event.type");
        jana.body().pressSequentially(",");
    }

    private static void isWhatWasAskedFor(ReceivedRequest request, String path, String credit, String email) {
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.target()).isEqualTo(path + "?apiKey=tajn%C3%BD%26kl%C3%AD%C4%8D%3D%231");
        assertThat(request.header("Authorization"))
                .contains("Basic " + Base64.getEncoder().encodeToString("jana@firma.cz:hes/lo:š#1 %".getBytes(UTF_8)));
        assertThat(request.header("X-E-shop")).contains("shop 7");
        assertThat(request.text().replaceAll("\\s*\\n\\s*", ""))
                .isEqualTo(
                        "{\"what\": \"customer.credit.changed\",\"customer\": {\"id\": \""
                                + path.replaceAll(".*/", "").replace("%2F", "/")
                                + "\",\"email\": \"" + email + "\",\"credit\": " + credit
                                + ",\"group\": {\"id\": \"3\",\"name\": \"Stálí zákazníci\"},\"tier\": {\"id\": \"2\",\"name\": \"Zlatá\"}},"
                                + "\"creditChange\": {\"value\": 150.50,\"reason\": \"Objednávka č. 20260415\"},\"account\": {\"eshopId\": \"7\"}}");
    }
}
