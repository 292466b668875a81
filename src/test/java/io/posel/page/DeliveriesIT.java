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
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Somebody looks why something did not arrive, and sends it again. */
class DeliveriesIT {
    @RegisterExtension
    static final PageFixture POSEL = new PageFixture();

    private static final String TYPE = "customer.credit.changed";

    @BeforeEach
    void nobodyHasMadeOne() {
        POSEL.seed().clear();
    }

    private static void credit(String customer, int credit) {
        POSEL.client().accept("""
                {"type":"customer.credit.changed","entity":{"type":"customer","id":"%s"},
                 "data":{"customer":{"id":"%1$s","credit":%d}}}""".formatted(customer, credit));
    }

    private static String webhook(String name, String path) {
        return POSEL.client().createWebhook("""
                {"name":"%s","events":["customer.credit.changed"],"url":"%s",
                 "body":"{\\"customer\\":\\"#customer.id#\\",\\"credit\\":#customer.credit#}"}""".formatted(name, POSEL.receiver().url(path)));
    }

    private static List<ReceivedRequest> received(String path) {
        return POSEL.receiver().requests().stream()
                .filter(each -> each.target().startsWith(path))
                .toList();
    }

    private static Locator rows(Visit visit) {
        return visit.role(AriaRole.TABLE, visit.look().of("Deliveries, newest first", "Doručení od nejnovějšího"))
                .locator("tbody tr");
    }

    @Test
    @DisplayName("S11: filters stand in the address, so a colleague who gets it sees the same")
    void filters() {
        webhook("Filtered", "/filtered");
        String other = webhook("Other", "/other");
        POSEL.receiver().answer(request -> request.target().startsWith("/other") ? Answer.status(404) : Answer.ok());
        credit("a", 1);
        credit("b", 2);
        POSEL.seed().awaitSettled(other, 2);

        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN).at("deliveries");
        assertThat(rows(jana)).hasCount(4);
        jana.role(AriaRole.CHECKBOX, "dead letter").check();
        assertThat(rows(jana)).hasCount(2);
        jana.field("Webhook").selectOption("Other");
        jana.field("Number, such as 42").fill("a");
        assertThat(rows(jana)).hasCount(1);
        assertThat(rows(jana)).containsText("The receiver answered 404");
        assertThat(jana.page()).hasURL(Pattern.compile("state=dead.*webhook=" + other + ".*entity=customer%3Aa"));

        Visit petr = POSEL.visit(Look.CZECH.dark(), Role.VIEWER);
        petr.at(jana.page().url().replaceAll(".*#/", ""));
        assertThat(rows(petr)).hasCount(1);
        assertThat(rows(petr)).containsText("Other");
        jana.press("Clear filters");
        assertThat(rows(jana)).hasCount(4);
    }

    @Test
    @DisplayName("S11: what comes in appears by itself, and does not move what somebody is reading")
    void live() {
        String id = webhook("Live", "/live");
        credit("1", 1);
        POSEL.seed().awaitSettled(id, 1);
        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN).at("deliveries?webhook=" + id);
        assertThat(rows(jana)).hasCount(1);
        credit("2", 2);
        assertThat(rows(jana)).hasCount(2);

        rows(jana).first().hover();
        credit("3", 3);
        assertThat(jana.text("1 new")).isVisible();
        assertThat(rows(jana)).hasCount(2);
        jana.text("1 new").click();
        assertThat(rows(jana)).hasCount(3);
        assertThat(rows(jana).first()).containsText("customer 3");
    }

    @Test
    @DisplayName("S11: a delivery tells each attempt with its answer and the request; support gets it as text")
    void oneDelivery() {
        String id = webhook("Told", "/told");
        POSEL.receiver()
                .answer(Answer.status(500).header("Content-Type", "text/plain").body("Database is down"));
        credit("7", 5);
        POSEL.seed().awaitSettled(id, 1);

        Visit jana = POSEL.visit(Look.CZECH, Role.ADMIN);
        jana.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        jana.at("deliveries?webhook=" + id);
        rows(jana).first().locator("a").first().click();
        Locator course = jana.region("Průběh");
        assertThat(course).containsText("Pokus 3");
        assertThat(course.getByText("Database is down")).hasCount(3);
        assertThat(jana.page().locator("main")).containsText("\"credit\": 5");

        jana.press("Zkopírovat pro podporu");
        assertThat(jana.role(AriaRole.BUTTON, "Zkopírováno")).isVisible();
        String copied = (String) jana.page().evaluate("navigator.clipboard.readText()");
        assertThat(copied).contains("Database is down", "customer 7", "/told", "odpověděl 500", "UTC");

        POSEL.receiver().answer(Answer.ok());
        jana.press("Poslat znovu…");
        jana.answer("Poslat znovu");
        assertThat(jana.page().locator(".note .badge")).hasText("doručeno");
        assertThat(received("/told")).hasSize(4);
    }

    @Test
    @DisplayName("G3: who sends an old state again is told that a newer one was delivered, and offered that")
    void newerState() {
        String id = webhook("Newer", "/newer");
        POSEL.receiver().answer(Answer.status(500));
        credit("1", 10);
        POSEL.seed().awaitSettled(id, 1);
        POSEL.receiver().answer(Answer.ok());
        credit("1", 20);
        POSEL.seed().awaitSettled(id, 2);

        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN).at("deliveries?state=dead&webhook=" + id);
        rows(jana).first().locator("a").first().click();
        jana.press("Send again…");
        assertThat(jana.dialog()).containsText("Something newer about customer 1 has been delivered");
        jana.answer("Send again");
        assertThat(jana.message()).containsText("The newest state is on its way");
        await().atMost(Duration.ofSeconds(30)).until(() -> received("/newer").size() == 5);
        assertThat(received("/newer").get(4).text()).contains("20");
    }

    @Test
    @DisplayName("S1: many are counted before they are sent again; of each customer only the newest, if so chosen")
    void many() {
        String id = webhook("Many", "/many");
        POSEL.receiver().answer(Answer.status(503));
        for (int i = 0; i < 3; i++) {
            credit("1", i);
            credit("2", i);
        }
        POSEL.seed().awaitSettled(id, 6);
        POSEL.receiver().answer(Answer.ok());
        int before = received("/many").size();

        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN).at("deliveries?webhook=" + id + "&state=dead");
        jana.press("Send again…");
        assertThat(jana.dialog()).containsText("All: 6 messages");
        jana.choice("Only the newest of each customer: 2 messages").check();
        jana.answer("Send 2 messages again");
        assertThat(jana.dialog()).containsText("Finished: all 2 messages have arrived.");
        assertThat(received("/many").subList(before, before + 2))
                .allSatisfy(each -> assertThat(each.text()).contains("\"credit\":2"));
        assertThat(received("/many")).hasSize(before + 2);
    }

    @Test
    @DisplayName("S11: a list of 10,000 comes in parts")
    void tenThousand() {
        String id = POSEL.seed().deliveries("Crowd", TYPE, 10_000);
        Visit jana = POSEL.visit(Look.ENGLISH, Role.VIEWER).at("deliveries?webhook=" + id);
        assertThat(rows(jana)).hasCount(50);
        jana.press("Show more");
        assertThat(rows(jana)).hasCount(150);
        jana.press("Show more");
        assertThat(rows(jana)).hasCount(250);
        jana.fitsPhone();
        assertThat(jana.role(AriaRole.BUTTON, "Send again…")).hasCount(0);
    }
}
