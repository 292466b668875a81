package io.posel.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Tracing;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** One person's browser with one tab: cookies, caches and storage of its own. Opened by {@link PageFixture#visit}. */
final class Visit implements AutoCloseable {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final int MOST_STOPS = 40;

    private final Look look;
    private final BrowserContext context;
    private final Notices notices;
    private final Page page;
    private boolean isSaved;

    Visit(Browser browser, Look look, Browser.NewContextOptions options) {
        this.look = look;
        context = browser.newContext(options);
        context.setDefaultTimeout(Chromium.PATIENCE_MILLIS);
        context.tracing().start(new Tracing.StartOptions().setSnapshots(true));
        notices = new Notices(context);
        page = context.newPage();
    }

    /** For what the methods here do not say. */
    Page page() {
        return page;
    }

    Look look() {
        return look;
    }

    Visit open(String path) {
        page.navigate(path);
        return this;
    }

    /** By the link and its button, and on to the page that comes then. */
    Visit signIn(String link) {
        open(link);
        press(look.of("Sign in", "Přihlásit se"));
        page.waitForURL(url -> !url.contains("/login"));
        return this;
    }

    Locator role(AriaRole role) {
        return page.getByRole(role);
    }

    /** @param name as it is read out, from its beginning to its end */
    Locator role(AriaRole role, String name) {
        return page.getByRole(role, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator heading(String name) {
        return role(AriaRole.HEADING, name);
    }

    void press(String button) {
        role(AriaRole.BUTTON, button).click();
    }

    /** To a place of the page as a link of it would lead there: {@code webhooks/new}. */
    Visit at(String place) {
        page.navigate("/#/" + place);
        return this;
    }

    /** By the menu. */
    void goTo(String name) {
        role(AriaRole.NAVIGATION)
                .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(name))
                .click();
    }

    Locator link(String name) {
        return role(AriaRole.LINK, name);
    }

    Locator text(String text) {
        return page.getByText(text);
    }

    /** @param label all of it */
    Locator field(String label) {
        return page.getByLabel(label, new Page.GetByLabelOptions().setExact(true));
    }

    /** One that says of itself that it may stay empty. */
    Locator optional(String label) {
        return field(label + look.of(" (optional)", " (nepovinné)"));
    }

    /** A box or a choice by the words beside it; what explains them follows. */
    Locator choice(String label) {
        // Pattern.quote is not understood in the browser
        return page.getByLabel(Pattern.compile("^" + label.replaceAll("[^\\p{L}\\p{N} ]", "\\\\$0")));
    }

    /** The one that stands open. */
    Locator dialog() {
        return page.locator("dialog[open]");
    }

    /** Presses a button at the foot of the dialog that stands open. */
    void answer(String button) {
        dialog().locator("footer")
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(button).setExact(true))
                .click();
    }

    /** The part of the page that is called so. */
    Locator region(String name) {
        return role(AriaRole.REGION, name);
    }

    Locator row(String text) {
        return role(AriaRole.ROW).filter(new Locator.FilterOptions().setHasText(text));
    }

    /** What a short message at the edge says. */
    Locator message() {
        return page.locator(".toasts");
    }

    /** The editor of a message's body. */
    Locator body() {
        return page.locator("json-editor").getByLabel(look.of("Message body (JSON)", "Tělo zprávy (JSON)"));
    }

    /** Another body in place of the one that stands there, by the keyboard. */
    void write(String body) {
        body().press("Control+a");
        page.keyboard().insertText(body);
    }

    /** Opens what stands folded behind these words. */
    void unfold(String summary) {
        page.locator("summary").getByText(summary).click();
    }

    /** By the button beside a field and the list behind it. @param field its label; empty for the body */
    void insertVariable(String field, String variable) {
        String insert = look.of("Insert variable", "Vložit proměnnou");
        press(field.isEmpty() ? insert : insert + ": " + field);
        dialog().getByRole(AriaRole.SEARCHBOX).fill(variable);
        dialog().getByText("#" + variable + "#").click();
        assertThat(dialog()).hasCount(0);
    }

    /** By the Tab key, as somebody without a mouse gets there; fails the test if it is not within so many stops. */
    void tabTo(Locator control) {
        for (int stops = 0; stops < MOST_STOPS && !isFocused(control); stops++) {
            page.keyboard().press("Tab");
        }
        assertThat(control).isFocused();
    }

    private static boolean isFocused(Locator control) {
        return (boolean) control.evaluate("element => element === document.activeElement");
    }

    /**
     * Fails the test at its end unless the browser complains so.
     *
     * @param notice {@code 410 POST /login}, or as the test fails without it
     */
    Visit expecting(String notice) {
        notices.expect(notice);
        return this;
    }

    /** However often the browser complains so. @param notice what it begins with */
    Visit bearing(String notice) {
        notices.bear(notice);
        return this;
    }

    /** Fails if axe finds something serious or critical, in light or in dark. */
    void axe() {
        try {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
            assertThat(Axe.findings(page)).as("what axe finds in LIGHT").isEmpty();
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            assertThat(Axe.findingsOfColours(page)).as("what axe finds in DARK").isEmpty();
        } finally {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(look.scheme()));
        }
    }

    /** Fails if somebody has to scroll sideways, with this window or with a phone. */
    void fits() {
        assertThat(sticksOut()).as("what sticks out").isEmpty();
        fitsPhone();
    }

    /** Fails if somebody with a phone has to scroll sideways. */
    void fitsPhone() {
        page.setViewportSize(Look.PHONE_WIDTH, Look.PHONE_HEIGHT);
        try {
            // a chart is told of its new width with the next frame
            await().pollInSameThread()
                    .atMost(Duration.ofMillis(Chromium.PATIENCE_MILLIS))
                    .untilAsserted(() -> assertThat(sticksOut())
                            .as("what sticks out on a phone")
                            .isEmpty());
        } finally {
            page.setViewportSize(look.width(), look.height());
        }
    }

    private List<?> sticksOut() {
        return (List<?>) page.evaluate("""
                () => {
                  const root = document.documentElement;
                  if (root.scrollWidth <= root.clientWidth) return [];
                  const wide = [...document.body.querySelectorAll('*')]
                    .filter(e => e.getBoundingClientRect().right > root.clientWidth)
                    .map(e => e.outerHTML.slice(0, 120));
                  return wide.length ? wide : ['the page, by ' + (root.scrollWidth - root.clientWidth) + ' px'];
                }""");
    }

    /** Keeps how the page looks in light, in dark and on a phone, for people to look at. */
    void screenshot(String name) {
        page.evaluate("scrollTo(0, 0)"); // what sticks to the window is shown where it stands then
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        shoot(SCREENSHOTS.resolve(name + "-light.png"));
        page.setViewportSize(Look.PHONE_WIDTH, Look.PHONE_HEIGHT);
        shoot(SCREENSHOTS.resolve(name + "-phone.png"));
        page.setViewportSize(look.width(), look.height());
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        shoot(SCREENSHOTS.resolve(name + "-dark.png"));
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(look.scheme()));
    }

    private void shoot(Path file) {
        page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(true));
    }

    /** Fails the test if the browser had something to complain about that was not expected. */
    void check() {
        page.evaluate("0"); // what it said before has arrived then
        notices.check();
    }

    /** Leaves behind how it stands, for who wants to know why a test failed. */
    void save(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve("notices.txt"), notices.all());
            Files.writeString(folder.resolve("page.html"), page.content());
            shoot(folder.resolve("page.png"));
            isSaved = true;
            context.tracing().stop(new Tracing.StopOptions().setPath(folder.resolve("trace.zip")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (PlaywrightException e) {
            // a tab that is gone has nothing to show; the test says why
        }
    }

    @Override
    public void close() {
        if (!isSaved) {
            context.tracing().stop(); // or it leaves a folder behind
        }
        context.close();
    }
}
