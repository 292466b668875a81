package io.posel.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import io.posel.access.Role;
import io.posel.testing.Answer;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.RunningPosel;
import io.posel.testing.TestDatabase;
import io.posel.testing.TestLinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One Posel with a receiver for a class of tests, and browsers to visit it with. To be kept in a static field with
 * {@code @RegisterExtension}. A test fails if a browser complained about something that the test does not expect; how
 * the page of a failed test looked is left below {@code target/page-failures}.
 */
final class PageFixture implements ExecutionCondition, BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private static final Path FAILURES = Path.of("target", "page-failures");

    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<Role, String> cookies = new EnumMap<>(Role.class);
    private final Map<String, String> files = new LinkedHashMap<>();
    private final List<Visit> visits = new ArrayList<>();
    private InstantSource clock = Clock.systemUTC();
    private Browser browser;
    private Path home;
    private RunningPosel posel;
    private Receiver receiver;

    PageFixture with(String variable, String value) {
        settings.put(variable, value);
        return this;
    }

    /** Its time instead of ours. */
    PageFixture at(InstantSource time) {
        clock = time;
        return this;
    }

    /** A file that is there when Posel starts, and stays. @param path below Posel's home */
    PageFixture withFile(String path, String text) {
        files.put(path, text);
        return this;
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return Chromium.isThere();
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        browser = Chromium.in(context);
        home = Files.createTempDirectory("posel-page");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = home.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        receiver = Receiver.start();
        posel = RunningPosel.on(TestDatabase.H2, home).at(clock).with("POSEL_SECRET_KEY", TestLinks.KEY);
        settings.forEach(posel::with);
        posel.start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (posel == null) {
            return; // the browser did not start
        }
        posel.close();
        receiver.close();
        try (Stream<Path> left = Files.walk(home)) {
            for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            if (context.getExecutionException().isPresent()) {
                save(context);
            } else {
                check(context);
            }
        } finally {
            visits.forEach(Visit::close);
            visits.clear();
            receiver.answer(Answer.ok());
        }
    }

    private void check(ExtensionContext context) {
        try {
            visits.forEach(Visit::check);
        } catch (AssertionError e) {
            save(context);
            throw e;
        }
    }

    private void save(ExtensionContext context) {
        String method = context.getRequiredTestMethod().getName();
        String parameters = context.getDisplayName().startsWith(method) ? "" : context.getDisplayName();
        String test = context.getRequiredTestClass().getSimpleName() + "." + method + parameters;
        for (int i = 0; i < visits.size(); i++) {
            String folder = (test + "-" + (i + 1)).replaceAll("[^A-Za-z0-9.-]+", "-");
            visits.get(i).save(FAILURES.resolve(folder));
        }
    }

    /** A browser that nobody has used before, to be closed after the test. */
    Visit visit(Look look) {
        return visit(look, look.options(baseUrl()));
    }

    private Visit visit(Look look, Browser.NewContextOptions options) {
        Visit visit = new Visit(browser, look, options);
        visits.add(visit);
        return visit;
    }

    private String baseUrl() {
        return "http://127.0.0.1:" + posel.port();
    }

    /** And signed in, at what {@code /} shows: by a link the first time, later with the cookie that it brought. */
    Visit visit(Look look, Role role) {
        String cookie = cookies.get(role);
        if (cookie != null) {
            return visit(look, look.options(baseUrl()).setStorageState(cookie)).open("/");
        }
        Visit first = visit(look).signIn(link("Jana Nováková", role));
        cookies.put(role, first.page().context().storageState());
        return first;
    }

    /** As {@code login-link} makes it. */
    String link(String name, Role role) {
        return TestLinks.at(Clock.systemUTC()).make(name, role);
    }

    /** Made so long ago. */
    String link(String name, Role role, Duration age) {
        return TestLinks.at(Clock.offset(Clock.systemUTC(), age.negated())).make(name, role);
    }

    RunningPosel posel() {
        return posel;
    }

    PoselClient client() {
        return posel.client();
    }

    /** Answers 200 to whatever webhooks send, until a test tells it otherwise. */
    Receiver receiver() {
        return receiver;
    }

    /** What came to addresses that begin so, in its order; waits until it is as much as that. */
    List<ReceivedRequest> received(String path, int count) {
        await("requests to " + path).atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(received(path))
                .hasSize(count));
        return received(path);
    }

    private List<ReceivedRequest> received(String path) {
        return receiver.requests().stream()
                .filter(each -> each.target().startsWith(path))
                .toList();
    }

    Seed seed() {
        return new Seed(posel, receiver);
    }
}
