package io.posel.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.options.AriaRole;
import io.posel.access.LoginLinks;
import io.posel.access.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How people come in by a link, and go. */
class SignInPageIT {
    @RegisterExtension
    static final PageFixture POSEL = new PageFixture();

    private static List<Look> looks() {
        return Look.languages();
    }

    @ParameterizedTest
    @MethodSource("looks")
    void aLinkLeadsToAButtonTheButtonToThePageAndBackOut(Look look) {
        Visit jana = POSEL.visit(look);

        jana.open(POSEL.link("Jana Nováková", Role.ADMIN));
        assertThat(jana.heading(look.of("Sign in to Posel", "Přihlášení do Posla")))
                .isVisible();
        jana.axe();
        jana.fitsPhone();

        jana.press(look.of("Sign in", "Přihlásit se"));
        assertThat(jana.page()).hasURL("/");
        assertThat(jana.page().getByText("Jana Nováková")).isVisible();
        jana.axe();
        jana.fitsPhone();

        jana.press(look.of("Sign out", "Odhlásit se"));
        assertThat(jana.heading(look.of("You are not signed in", "Nejste přihlášeni")))
                .isVisible();
        jana.axe();
        jana.fitsPhone();
    }

    @ParameterizedTest
    @MethodSource("looks")
    void aLinkThatWasUsedSaysSo(Look look) {
        String link = POSEL.link("Jana", Role.VIEWER);
        POSEL.visit(look).signIn(link);

        Visit second = POSEL.visit(look).expecting("410 POST /login").open(link);
        second.press(look.of("Sign in", "Přihlásit se"));

        assertThat(second.heading(look.of("This login link has been used already", "Tento odkaz už byl použit")))
                .isVisible();
        second.axe();
        second.fitsPhone();
    }

    @ParameterizedTest
    @MethodSource("looks")
    void aLinkThatIsTooOldSaysSo(Look look) {
        Visit late = POSEL.visit(look)
                .expecting("410 POST /login")
                .open(POSEL.link("Jana", Role.VIEWER, LoginLinks.LIFETIME.plusSeconds(1)));

        late.press(look.of("Sign in", "Přihlásit se"));

        assertThat(late.heading(look.of("This login link is too old", "Platnost tohoto odkazu vypršela")))
                .isVisible();
        late.axe();
        late.fitsPhone();
    }

    @Test
    void whoComesWithoutALinkIsToldHowToGetOne() {
        Visit stranger =
                POSEL.visit(Look.CZECH.onPhone()).expecting("401 GET /").open("/");

        assertThat(stranger.heading("Nejste přihlášeni")).isVisible();
        assertThat(stranger.page().getByText("login-link --name")).isVisible();
        stranger.axe();
    }

    @Test
    void theKeyboardAloneIsEnough() {
        Visit jana = POSEL.visit(Look.ENGLISH).open(POSEL.link("Jana", Role.VIEWER));

        jana.page().keyboard().press("Tab");
        assertThat(jana.role(AriaRole.BUTTON, "Sign in")).isFocused();
        jana.page().keyboard().press("Enter");
        assertThat(jana.heading("Webhooks")).isVisible();
        jana.tabTo(jana.role(AriaRole.BUTTON, "Sign out"));
        jana.page().keyboard().press("Enter");

        assertThat(jana.heading("You are not signed in")).isVisible();
    }

    @Test
    void theyCanBeLookedAt() {
        POSEL.visit(Look.CZECH).open(POSEL.link("Jana", Role.VIEWER)).screenshot("sign-in");
    }
}
