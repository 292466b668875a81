package io.posel.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import java.time.Duration;

/** A Posel after some hours of a shop's life: webhooks that work, one that fails, one that is off, one from a file. */
final class EverydayShop {
    static final Duration AGE = Duration.ofMinutes(58);

    /** Stands in a file; to be started with. */
    static final String FILE = "skladovy-system.yaml";

    static final String IN_FILE = """
            name: Skladový systém
            events: [user.created, user.changed]
            url: https://sklad.example.com/api/v2/uzivatele/#user.id#?klic=%s
            """;

    private static final String PERSON = """
            {"id":"%1$d","email":"zakaznik%1$d@example.com","credit":%2$d.50,\
            "group":{"id":"3","name":"Stálí zákazníci"},"tier":{"id":"2","name":"Zlatá"}}""";

    private final RunningPosel posel;
    private final Receiver receiver;
    private final Watch watch;

    String crm;
    String loyalty;
    String failing;
    String off;

    EverydayShop(PageFixture fixture, Watch watch) {
        this.posel = fixture.posel();
        this.receiver = fixture.receiver();
        this.watch = watch;
    }

    /** From an hour ago until now. */
    void live() {
        crm = webhook("Kredit do CRM", "customer.credit.changed", "/crm/zakaznici/#customer.id#?klic=tajny");
        loyalty = webhook("Věrnostní program", "customer.tier.changed", "/vernost");
        failing = webhook("Žluťoučký kůň – newsletter", "email.received", "/newsletter");
        off = webhook("Statistika návštěv", "session.started", "/statistika");
        posel.client().patch("/api/webhooks/" + off, "{\"enabled\":false}");
        receiver.answer(EverydayShop::answer);
        for (int minutes = (int) AGE.toMinutes(); minutes >= 0; minutes -= 6) {
            watch.setBack(Duration.ofMinutes(minutes));
            accept("customer.credit.changed", "customer", 3 + minutes % 5, minutes);
            accept("customer.tier.changed", "customer", 1 + minutes % 3, minutes);
            accept("session.started", "session", 1, minutes % 4);
        }
        watch.setBack(Duration.ZERO);
        accept("email.received", "email", 3, 0);
        accept("email.received", "email", 1, 0);
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(posel.rows("select count(*) from delivery where state = 'queued'"))
                        .containsExactly("0"));
    }

    private static Answer answer(ReceivedRequest request) {
        return request.target().startsWith("/newsletter")
                ? Answer.status(503)
                        .header("Content-Type", "text/plain; charset=utf-8")
                        .body("Služba je dočasně mimo provoz.\nZkuste to později. (uzel 4)")
                : Answer.ok().header("Content-Type", "application/json").body("{\"přijato\":true}");
    }

    private String webhook(String name, String type, String target) {
        return posel.client().createWebhook("""
                {"name":"%s","events":["%s"],"url":"%s","headers":{"X-Api-Key":"tajemství"},\
                "body":"{\\n  \\"zakaznik\\": \\"#customer.email#\\",\\n  \\"kredit\\": #customer.credit#\\n}"}""".formatted(name, type, receiver.url(target)));
    }

    private void accept(String type, String kind, int count, int seed) {
        PoselClient client = posel.client();
        for (int i = 1; i <= count; i++) {
            int number = 100 + (seed * 7 + i * 13) % 40;
            client.accept("{\"type\":\"%s\",\"entity\":{\"type\":\"%s\",\"id\":\"%d\"},\"data\":{\"customer\":%s}}"
                    .formatted(type, kind, number, PERSON.formatted(number, 10 * number)));
        }
    }
}
