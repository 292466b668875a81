package io.posel.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.access.Role;
import io.posel.testing.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** That tests of the page can fail. */
class PageFixtureIT {
    @RegisterExtension
    static final PageFixture POSEL = new PageFixture();

    private static Visit atLogin() {
        return POSEL.visit(Look.ENGLISH).open(POSEL.link("Jana", Role.VIEWER));
    }

    private static void complains(Visit visit, String script, String notice) {
        visit.page().evaluate(script);
        assertThatThrownBy(visit::check)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("what the browser complains about")
                .hasMessageContaining(notice);
        visit.expecting(notice);
        visit.check();
    }

    @Test
    void anErrorInTheConsoleFailsATest() {
        complains(atLogin(), "console.error('lost')", "console: lost");
    }

    @Test
    void anErrorThatNoScriptCatchesFailsATest() {
        complains(
                atLogin(),
                "new Promise(done => { addEventListener('error', done); setTimeout(() => { throw new Error('torn') }) })",
                "script error: Error: torn");
    }

    @Test
    void whatTheContentSecurityPolicyForbidsFailsATest() {
        complains(
                atLogin(),
                "document.body.append(Object.assign(document.createElement('script'), {textContent: '0'}))",
                "console: Executing inline script violates");
    }

    @Test
    void anAnswerThatIsARefusalFailsATest() {
        complains(POSEL.visit(Look.ENGLISH).open("/api/webhooks"), "0", "401 GET /api/webhooks");
    }

    @Test
    void aRequestThatFailsFailsATest() {
        Visit visit = POSEL.visit(Look.ENGLISH, Role.VIEWER);
        visit.page().route("**/lost", route -> route.abort("connectionrefused"));

        // not by opening it: the browser tries a page that it could not load again by itself
        complains(visit, "fetch('/lost').catch(() => 0)", "net::ERR_CONNECTION_REFUSED GET");
    }

    @Test
    void aComplaintThatDoesNotComeFailsATest() {
        String link = POSEL.link("Jana", Role.VIEWER);
        POSEL.visit(Look.ENGLISH).signIn(link);
        Visit second = POSEL.visit(Look.ENGLISH).open(link).expecting("410 POST /login");

        assertThatThrownBy(second::check)
                .hasMessageContaining("what it was expected to complain about")
                .hasMessageContaining("410 POST /login");

        second.press("Sign in");
        second.check();
    }

    @Test
    void whatCannotBeReadFailsATest() {
        Visit visit = atLogin();

        visit.page().evaluate("document.querySelector('p').style.color = '#777'; document.title = ''");

        assertThatThrownBy(visit::axe)
                .hasMessageContaining("document-title at html")
                .hasMessageContaining("color-contrast at p:")
                .hasMessageContaining("contrast ratio of 4.5:1");
    }

    @Test
    void whatSticksOutOnAPhoneFailsATest() {
        Visit visit = atLogin();
        visit.fitsPhone();

        visit.page().evaluate("document.querySelector('button').style.width = '400px'");

        assertThatThrownBy(visit::fitsPhone).hasMessageContaining("<button");
    }

    @Test
    void whatIsLeftOfAFailedTestTellsHowItStood(@TempDir Path folder) {
        Visit visit = atLogin().expecting("console: lost");
        visit.page().evaluate("console.error('lost')");

        visit.save(folder);

        assertThat(folder.resolve("notices.txt")).hasContent("console: lost");
        assertThat(folder.resolve("page.html")).content().contains("Sign in to Posel");
        assertThat(folder.resolve("page.png")).isNotEmptyFile();
        assertThat(folder.resolve("trace.zip")).isNotEmptyFile();
    }

    @Test
    void peopleDoNotSeeEachOthersCookies() {
        Visit jana = POSEL.visit(Look.ENGLISH, Role.ADMIN);
        Visit petr = POSEL.visit(Look.ENGLISH).expecting("401 GET /").open("/");

        assertThat(jana.page().content()).contains("Jana Nováková");
        assertThat(petr.page().content()).contains("You are not signed in");
    }

    @Test
    void aPoselIsFilledThroughItsApi() {
        POSEL.receiver().answer(request -> request.target().endsWith("bad") ? Answer.status(500) : Answer.ok());

        String good = POSEL.seed().deliveries("Good", "customer.good", 1_500);
        String bad = POSEL.seed().deliveries("Bad", "customer.bad", 2);

        assertThat(POSEL.posel()
                        .rows("select state, count(*) from delivery where webhook_id = '" + good + "' group by state"))
                .containsExactly("delivered 1500");
        // told a moment after it is on disk
        await().untilAsserted(() -> assertThat(
                        POSEL.client().get("/api/webhooks/" + bad).at("state"))
                .isEqualTo("failing"));
    }
}
