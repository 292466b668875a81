package io.posel.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import io.posel.access.Role;
import io.posel.testing.Answer;
import io.posel.testing.ReceivedRequest;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All webhooks at a glance: finding them, switching them, and what is said of one that fails. */
class WebhookListIT {
    private static final Watch WATCH = new Watch(Duration.ZERO);

    @RegisterExtension
    static final PageFixture POSEL = new PageFixture()
            .at(WATCH)
            .with("POSEL_PURGE_CRON", "* * * * * ?")
            .withFile("config/webhooks/" + EverydayShop.FILE, EverydayShop.IN_FILE.formatted("x"));

    @AfterEach
    void othersBeginWithNone() {
        POSEL.seed().clear();
        WATCH.setBack(Duration.ZERO);
    }

    private static void happens(String type, int customer, int number) {
        POSEL.client().accept("""
                {"type":"%s","entity":{"type":"customer","id":"%d"},"data":{"customer":{"id":%d}}}""".formatted(type, customer, number));
    }

    /** The receiver does not take what it sends. */
    private static String failing(String name, String type) {
        POSEL.receiver().answer(Answer.status(503));
        return POSEL.seed().deliveries(name, type, 1);
    }

    @Test
    @DisplayName("S11: whoever types without diacritics finds all the same")
    void searchWithoutDiacritics() {
        POSEL.seed().webhook("Žluťoučký kůň");
        POSEL.seed().webhook("CRM", "email.received");
        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN);
        Locator search = jana.role(AriaRole.SEARCHBOX);

        search.fill("zlutoucky KUN");
        assertThat(jana.page().locator("tbody tr")).hasCount(1);
        assertThat(jana.row("Žluťoučký kůň")).isVisible();
        assertThat(jana.text("1 webhook").last()).isVisible();

        search.fill("prijaty e-mail");
        assertThat(jana.page().locator("tbody .name")).hasText(new String[] {"CRM"});
        search.fill("nic takového");
        assertThat(jana.text("Takový webhook tu není.")).isVisible();
        jana.page().reload();
        assertThat(search).hasValue("nic takového");
    }

    @ParameterizedTest
    @CsvSource({
        "Do not send them, 99",
        "Send only the newest of each customer, 20 30 99",
        "Send them all now, 10 20 30 99"
    })
    @DisplayName("S1: what came up while it was off stays, or goes out: only the newest of each customer, or all of it")
    void switchedOffAndOn(String choice, String sent) {
        String type = "customer.switched." + sent.length();
        POSEL.seed().webhook("CRM", type);
        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN);
        Locator onOff = jana.row("CRM").getByRole(AriaRole.SWITCH);

        onOff.click();
        assertThat(jana.message()).containsText("“CRM” is off.");
        assertThat(onOff).not().isChecked();
        happens(type, 1, 10);
        happens(type, 1, 20);
        happens(type, 2, 30);
        onOff.click();
        assertThat(jana.dialog()).containsText("3 messages came up while it was not sending");
        assertThat(jana.dialog()).containsText("the newest of each customer (2 messages)");
        jana.choice(choice).check();
        jana.answer("Switch on");
        assertThat(jana.message()).containsText("“CRM” is on");
        assertThat(onOff).isChecked();

        happens(type, 1, 99);
        String[] expected =
                Stream.of(sent.split(" ")).map("{\"customer\":%s}"::formatted).toArray(String[]::new);
        assertThat(POSEL.received("/" + type, expected.length))
                .extracting(ReceivedRequest::text)
                .containsExactlyInAnyOrder(expected);
    }

    @Test
    @DisplayName(
            "F1: while one fails every page says which, since and until when, and how much; and is silent afterwards")
    void theBanner() {
        String type = "customer.banner";
        String id = failing("Žluťoučký kůň", type);
        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN);
        Locator banner = jana.page().locator(".banners section");

        for (String page :
                new String[] {"Webhooky", "Doručení", "Přehled", "Typy událostí", "Záznam změn", "Přístupy"}) {
            jana.goTo(page);
            assertThat(jana.heading(page)).isVisible();
            assertThat(banner).containsText(Pattern.compile("„Žluťoučký kůň“ selhává od \\d"));
        }
        assertThat(banner).containsText("Nedoručena zůstala 1 zpráva.");
        assertThat(banner).containsText(Pattern.compile("Pokud se nic nepodaří doručit do \\d+\\. \\d+\\. "));

        banner.getByRole(AriaRole.LINK).getByText("Podívat se, co selhalo").click();
        assertThat(jana.page()).hasURL(Pattern.compile("#/deliveries\\?webhook=" + id + "&state=dead$"));
        assertThat(jana.row("nedoručeno")).hasCount(1);
        banner.getByText("Upravit webhook").click();
        assertThat(jana.heading("Žluťoučký kůň")).isVisible();
        assertThat(banner).hasCount(0);

        POSEL.receiver().answer(Answer.ok());
        POSEL.seed().events(type, 1);
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        POSEL.client().get("/api/webhooks/" + id).at("state").equals("active"));
        jana.page().reload();
        jana.goTo("Přehled");
        assertThat(jana.heading("Přehled")).isVisible();
        assertThat(banner).hasCount(0);
    }

    @Test
    @DisplayName("F1: one that was removed after failing too long is restored, switched off")
    void expiredAndRestored() {
        WATCH.setBack(Duration.ofDays(4));
        String id = failing("Odstraněný", "customer.expired");
        for (int deaths = 2; deaths <= 3; deaths++) {
            WATCH.setBack(Duration.ofDays(4 - deaths));
            POSEL.seed().events("customer.expired", 1);
            String dead = String.valueOf(deaths);
            await().atMost(Duration.ofSeconds(30)).until(() -> POSEL.client()
                    .get("/api/webhooks/" + id)
                    .at("deadCount")
                    .equals(dead));
        }
        WATCH.setBack(Duration.ZERO);
        POSEL.seed().events("customer.expired", 1);
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        POSEL.client().get("/api/webhooks/" + id).at("state").equals("expired"));

        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN);
        jana.role(AriaRole.COMBOBOX).selectOption("odstraněno po selhání");
        assertThat(jana.page().locator("tbody .name")).hasText(new String[] {"Odstraněný"});
        jana.row("Odstraněný").getByRole(AriaRole.BUTTON).click();

        assertThat(jana.message()).containsText("„Odstraněný“ je zpět. Je vypnutý");
        assertThat(POSEL.client().get("/api/webhooks/" + id).at("state")).isEqualTo("disabled");
        jana.role(AriaRole.COMBOBOX).selectOption("vypnuto");
        assertThat(jana.row("Odstraněný").getByRole(AriaRole.SWITCH)).not().isChecked();
    }

    @Test
    @DisplayName("one that stands in a file says so, names it, and can only be looked at")
    void fromAFile() {
        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN);
        Locator row = jana.row("Skladový systém");
        assertThat(row).containsText("from the file " + EverydayShop.FILE);
        assertThat(row.getByRole(AriaRole.SWITCH)).isDisabled();

        jana.link("Skladový systém").click();
        assertThat(jana.text("stands in the file " + EverydayShop.FILE)).isVisible();
        assertThat(jana.field("Name")).isDisabled();
        assertThat(jana.role(AriaRole.BUTTON, "Save webhook")).hasCount(0);
        assertThat(jana.role(AriaRole.BUTTON, "Delete webhook")).hasCount(0);
        assertThat(jana.role(AriaRole.BUTTON, "Send test…")).isEnabled();
    }

    @Test
    @DisplayName("the bars of a webhook tell how much of it arrived")
    void bars() {
        POSEL.receiver().answer(Answer.ok());
        String id = POSEL.seed().deliveries("Z části", "customer.part", 3);
        // the last word, or a success behind it makes the webhook well again
        POSEL.receiver().answer(Answer.status(500));
        POSEL.seed().events("customer.part", 1);
        POSEL.seed().awaitSettled(id, 4);

        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN);
        Locator row = jana.row("Z části");
        assertThat(row).containsText("75% of 4 delivered");
        assertThat(row.getByRole(AriaRole.IMG)).hasAttribute("aria-label", "Last 24 hours: 3 delivered, 1 not");
        assertThat(row.locator(".bars i.some b")).hasCount(1);
        assertThat(row.locator(".badge")).hasText("failing");
    }
}
