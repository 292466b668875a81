package io.posel.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.fail;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The system's Chromium without a window, one for all tests of a JVM. What drives it runs on the system's Node.js, or on
 * the one that {@code mvn -Pnode} brings along.
 */
final class Chromium implements AutoCloseable {
    /** Many times what a wait takes, for machines that do other things too. */
    static final int PATIENCE_MILLIS = 30_000;

    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome");
    private static final String MISSING = "Tests of the page need Chromium, and Node.js 20 or later, on the PATH:"
            + " apt-get install chromium nodejs; or mvn -Pnode, which brings a Node.js along";

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(Path executable, Map<String, String> environment) {
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
        browser = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(executable));
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    }

    /** Whether it can be had; in CI it has to be there. */
    static ConditionEvaluationResult isThere() {
        if (executable().isPresent() && (bringsNode() || node().isPresent())) {
            return ConditionEvaluationResult.enabled("Chromium and Node.js are there");
        } else if ("true".equals(System.getenv("CI"))) {
            return fail(MISSING);
        }
        return ConditionEvaluationResult.disabled(MISSING);
    }

    /** Ends with the run of all tests. */
    static Browser in(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(Chromium.class))
                .getOrComputeIfAbsent(Chromium.class, key -> start(), Chromium.class)
                .browser;
    }

    private static Chromium start() {
        Map<String, String> environment = new HashMap<>(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"));
        if (!bringsNode()) {
            environment.put("PLAYWRIGHT_NODEJS_PATH", node().orElseThrow().toString());
        }
        return new Chromium(executable().orElseThrow(), environment);
    }

    private static Optional<Path> executable() {
        return BROWSERS.stream().flatMap(Chromium::onPath).findFirst();
    }

    private static boolean bringsNode() {
        return Playwright.class.getResource("/driver/linux/node") != null;
    }

    private static Optional<Path> node() {
        return onPath("node").filter(Chromium::isNewEnough).findFirst();
    }

    private static Stream<Path> onPath(String name) {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(Optional.ofNullable(System.getenv("PATH")).orElse(""))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable);
    }

    private static boolean isNewEnough(Path node) {
        try {
            Process process = new ProcessBuilder(node.toString(), "--version").start();
            String version = new String(process.getInputStream().readAllBytes(), US_ASCII);
            return version.matches("v[2-9][0-9]\\..*\\s*");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
