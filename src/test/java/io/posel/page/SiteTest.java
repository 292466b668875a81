package io.posel.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SiteTest {
    private static final String INDEX = "<html lang=\"{language}\"><head>"
            + "<script type=\"module\" src=\"/web/{version}/app.js\"></script></head></html>";

    private static final Map<String, String> OWN = Map.of(
            "index.html", INDEX,
            "app.js", "import 'one'; import './pages/log.js'; const later = () => import('./pages/late.js');",
            "pages/log.js", "import {x} from 'two/more'; import './part.js'; import '../app.js';",
            "pages/part.js", "export {x} from '@scope/two';",
            "pages/late.js", "import 'late';",
            "app.css", "body {}");

    private static final Map<String, String> LIBRARIES = Map.of(
            "one", "import '@scope/two'",
            "two/more", "",
            "@scope/two", "",
            "late", "");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Site site(Map<String, String> own, Map<String, String> libraries) {
        Map<String, String> names = new TreeMap<>();
        Map<String, byte[]> contents = new TreeMap<>();
        libraries.forEach((specifier, text) -> {
            String name = "lib/" + specifier.replace("@", "") + ".js";
            names.put(specifier, name);
            contents.put(name, bytes(text));
        });
        Map<String, byte[]> files = new LinkedHashMap<>();
        own.forEach((name, text) -> files.put(name, bytes(text)));
        return new Site(files, new Libraries(names, contents), List.of("en", "cs"));
    }

    /** The good one with one file that is other or more. */
    private static Site with(String name, String text) {
        Map<String, String> own = new TreeMap<>(OWN);
        own.put(name, text);
        return site(own, LIBRARIES);
    }

    private static String version(Site site) {
        return site.paths().iterator().next().split("/")[2];
    }

    private static String text(Site site, String name) {
        return new String(
                site.file("/web/" + version(site) + "/" + name).orElseThrow().plain(), StandardCharsets.UTF_8);
    }

    private static String page(Site site, String language) {
        return new String(site.firstPage(language).plain(), StandardCharsets.UTF_8);
    }

    @Test
    void bareSpecifiersBecomeAddressesThatABrowserUnderstands() {
        Site site = site(OWN, LIBRARIES);

        assertThat(text(site, "app.js"))
                .isEqualTo(
                        "import './lib/one.js'; import './pages/log.js'; const later = () => import('./pages/late.js');");
        assertThat(text(site, "pages/log.js"))
                .isEqualTo("import {x} from '../lib/two/more.js'; import './part.js'; import '../app.js';");
        assertThat(text(site, "lib/one.js")).isEqualTo("import '../lib/scope/two.js'");
        assertThat(text(site, "app.css")).isEqualTo("body {}");
    }

    @ParameterizedTest
    @CsvSource({
        "import 'three',three",
        "import('three'),three",
        "import './missing.js',missing.js",
        "import '../../app.js',app.js",
        "import './app.css',app.css",
        "import './index.html',index.html",
        "import '/web/app.js',/web/app.js"
    })
    void aModuleThatImportsWhatIsNotThereIsFoundOut(String text, String what) {
        assertThatThrownBy(() -> with("pages/late.js", text)).hasMessageContainingAll("pages/late.js imports", what);
    }

    @Test
    void theFirstPageTellsOfAllThatItNeedsAtOnce() {
        Site site = site(OWN, LIBRARIES);
        String version = version(site);

        assertThat(page(site, "cs")).startsWith("<html lang=\"cs\">").doesNotContain("{");
        assertThat(page(site, "en")).startsWith("<html lang=\"en\">");
        Matcher preloads = Pattern.compile("<link rel=\"modulepreload\" href=\"/web/" + version + "/([^\"]+)\">\n")
                .matcher(page(site, "en"));
        assertThat(preloads.results().map(each -> each.group(1)))
                .containsExactly("lib/one.js", "pages/log.js", "lib/scope/two.js", "lib/two/more.js", "pages/part.js");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html lang=\"en\"><head><script type=\"module\" src=\"/web/{version}/app.js\"></script></head>",
                "<html lang=\"{language}\"><script type=\"module\" src=\"/web/{version}/app.js\"></script>",
                "<html lang=\"{language}\"><head></head>",
                "<html lang=\"{language}\"><head><script type=\"module\" src=\"/web/{version}/ap.js\"></script></head>",
                INDEX + "<img src=\"/web/{version}/logo.svg\">"
            })
    void aFirstPageThatCannotWorkIsFoundOut(String index) {
        assertThatThrownBy(() -> with("index.html", index))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("index.html");
    }

    @Test
    void eachChangeOfAFileMakesNewAddresses() {
        String version = version(site(OWN, LIBRARIES));

        assertThat(version).matches("[0-9a-f]{16}").isEqualTo(version(site(OWN, LIBRARIES)));
        assertThat(version(with("app.css", "body { }"))).isNotEqualTo(version);
        assertThat(version(with("more.css", ""))).isNotEqualTo(version);
        assertThat(with("app.css", "body { }").file("/web/" + version + "/app.css"))
                .isEmpty();
        Map<String, String> libraries = new TreeMap<>(LIBRARIES);
        libraries.put("late", "x();");
        assertThat(version(site(OWN, libraries))).isNotEqualTo(version);
        assertThat(site(OWN, libraries).paths())
                .allMatch(path -> path.startsWith("/web/" + version(site(OWN, libraries)) + "/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/web/{v}/index.html",
                "/web/{v}/libraries.properties",
                "/web/{v}/",
                "/web/{v}",
                "/web/{v}/pages",
                "/web/{v}/APP.js",
                "/web/{v}/./app.js",
                "/web/{v}/pages/../app.js",
                "/web/{v}/app%2ejs",
                "/web/{v}x/app.js",
                "/app.js",
                "app.js"
            })
    void nothingElseIsThere(String path) {
        Site site = with("libraries.properties", "");

        assertThat(site.file(path.replace("{v}", version(site)))).isEmpty();
        assertThat(site.file("/web/" + version(site) + "/app.js")).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "x.js,text/javascript; charset=utf-8",
        "x.css,text/css; charset=utf-8",
        "x.svg,image/svg+xml",
        "x.json,application/json",
        "x.woff2,font/woff2"
    })
    void browsersAreToldWhatAFileIs(String name, String type) {
        Site site = with(name, "");

        assertThat(site.file("/web/" + version(site) + "/" + name))
                .hasValueSatisfying(file -> assertThat(file.type()).isEqualTo(type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"notes.md", "x", "x.js.map", "a b.js", "á.js", ".hidden.js", "a/.b/c.js"})
    void aFileThatNoBrowserCouldLoadIsFoundOut(String name) {
        assertThatThrownBy(() -> with(name, ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(name);
    }

    @Test
    void whatIsCompressedIsTheSame() throws IOException {
        for (Site site : List.of(site(OWN, LIBRARIES), Site.read(List.of("en")))) {
            for (String path : site.paths()) {
                SiteFile file = site.file(path).orElseThrow();
                assertThat(new GZIPInputStream(new ByteArrayInputStream(file.compressed())).readAllBytes())
                        .isEqualTo(file.plain());
            }
        }
    }

    /** An address or a name that stands there is one that was missed: the pattern is another one than that of Script. */
    @Test
    void inTheRealSiteEverythingIsFound() throws IOException {
        Site site = Site.read(List.of("en", "cs"));
        String own = "/web/" + version(site) + "/";

        assertThat(site.paths())
                .contains(own + "app.js", own + "lib/preact.js", own + "lib/codemirror/view.js", own + "lib/htm.js");
        for (String path : site.paths()) {
            if (path.endsWith(".js")) {
                assertThat(text(site, path.substring(own.length())))
                        .as(path)
                        .doesNotContainPattern(
                                "(\\bimport\\b[^;\"'()]*|\\bexport\\b[^;\"'()]*[}*]\\s*)\\bfrom\\s*[\"'](?![./])")
                        .doesNotContainPattern("\\bimport\\s*\\(?\\s*[\"'](?![./])")
                        .doesNotContain("sourceMappingURL");
            }
        }
    }

    /** The policy lets none of it pass. */
    @ParameterizedTest
    @ValueSource(strings = {"en", "cs"})
    void theRealFirstPageHasNoScriptAndNoStyleOfItsOwn(String language) throws IOException {
        assertThat(page(Site.read(List.of("en", "cs")), language))
                .contains("<html lang=\"" + language + "\">")
                .doesNotContainPattern("<script(?![^>]*\\ssrc=)")
                .doesNotContainPattern("\\s(on[a-z]+|style)=")
                .doesNotContain("<style", "javascript:", "http:", "https:", "//");
        assertThat(Site.POLICY).startsWith("default-src 'none';").doesNotContain("unsafe", "*", "http");
    }
}
