package io.posel.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * What a browser has to complain about: errors in its console, violations of the Content-Security-Policy among them,
 * errors that no script caught, requests that failed, and answers from 400 on, as {@code 410 POST /login}.
 */
final class Notices {
    /** What the listeners for requests and answers tell better. */
    private static final String TOLD_ALREADY = "Failed to load resource: ";
    /** The page asks while somebody types; half a word need not be good. */
    private static final String HALF_TYPED = "422 POST /api/preview";

    private final List<String> noticed = new ArrayList<>();
    private final List<String> expected = new ArrayList<>();
    private final List<String> borne = new ArrayList<>();

    Notices(BrowserContext context) {
        context.onConsoleMessage(this::add);
        context.onWebError(error -> noticed.add("script error: " + error.error()));
        context.onRequestFailed(this::add);
        context.onResponse(this::add);
    }

    private void add(ConsoleMessage message) {
        if (message.type().equals("error") && !message.text().startsWith(TOLD_ALREADY)) {
            noticed.add("console: " + message.text());
        }
    }

    private void add(Request request) {
        // as when somebody leaves a page that still loads
        if (!request.failure().equals("net::ERR_ABORTED")) {
            noticed.add(request.failure() + " " + request.method() + " " + request.url());
        }
    }

    private void add(Response response) {
        String refusal = response.status() + " " + response.request().method() + " "
                + URI.create(response.url()).getPath();
        if (response.status() >= 400 && !refusal.equals(HALF_TYPED)) {
            noticed.add(refusal);
        }
    }

    /** @param notice as the test would fail with it, or what it begins with */
    void expect(String notice) {
        expected.add(notice);
    }

    /** However often it comes, and whether or not: while a server is gone nobody knows how often a page asks for it. */
    void bear(String notice) {
        borne.add(notice);
    }

    List<String> all() {
        return List.copyOf(noticed);
    }

    void check() {
        List<String> unexpected = new ArrayList<>(noticed);
        List<String> missing = new ArrayList<>();
        for (String each : expected) {
            noticed.stream()
                    .filter(notice -> notice.startsWith(each) && unexpected.contains(notice))
                    .findFirst()
                    .ifPresentOrElse(unexpected::remove, () -> missing.add(each));
        }
        unexpected.removeIf(notice -> borne.stream().anyMatch(notice::startsWith));
        assertThat(unexpected).as("what the browser complains about").isEmpty();
        assertThat(missing).as("what it was expected to complain about").isEmpty();
    }
}
