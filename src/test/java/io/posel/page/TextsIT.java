package io.posel.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.access.Role;
import io.posel.testing.HttpAnswer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The texts of the page, as a browser reads them. */
class TextsIT {
    @RegisterExtension
    static final PageFixture POSEL = new PageFixture();

    private static final Path WEB = Path.of("src/main/resources/web");
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");
    /** Asked for by codes of the interface alone, `${kind}.${code}`. */
    private static final Pattern BY_CODE = Pattern.compile("(error|warning|reason)\\.");

    private static final Pattern KEY = Pattern.compile("['`]([a-zA-Z][\\w-]*(?:\\.[\\w${}.-]+)+)['`]");

    /** By language and key, what stands there: a sentence, or sentences by plural form. */
    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> texts() throws IOException {
        List<String> files;
        try (Stream<Path> found = Files.list(WEB.resolve("texts"))) {
            files = found.map(file -> file.getFileName().toString()).sorted().toList();
        }
        return (Map<String, Map<String, Object>>)
                POSEL.visit(Look.ENGLISH, Role.VIEWER).page().evaluate("""
                        async (files) => {
                          const base = document.querySelector('script[type=module]').src;
                          const all = {en: {}, cs: {}};
                          for (const file of files) {
                            const {default: texts} = await import(new URL('texts/' + file, base));
                            for (const language of ['en', 'cs']) {
                              for (const key of Object.keys(texts[language])) {
                                if (key in all[language]) throw new Error(key + ' stands in two files');
                              }
                              Object.assign(all[language], texts[language]);
                            }
                          }
                          return all;
                        }""", files);
    }

    private static Set<String> parameters(Object text) {
        return text instanceof Map<?, ?> forms
                ? forms.values().stream()
                        .flatMap(form -> parameters(form).stream())
                        .collect(Collectors.toCollection(TreeSet::new))
                : PARAMETER
                        .matcher(String.valueOf(text))
                        .results()
                        .map(match -> match.group(1))
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<?> forms(Object text) {
        return Set.copyOf(((Map<?, ?>) text).keySet());
    }

    @Test
    @DisplayName("S11: each text stands in both languages, with the same parameters and all plural forms")
    void bothLanguages() throws IOException {
        Map<String, Map<String, Object>> texts = texts();
        Map<String, Object> english = texts.get("en");
        Map<String, Object> czech = texts.get("cs");
        assertThat(czech.keySet()).containsExactlyInAnyOrderElementsOf(english.keySet());
        english.forEach((key, text) -> {
            assertThat(parameters(czech.get(key))).as("parameters of " + key).isEqualTo(parameters(text));
            assertThat(czech.get(key) instanceof Map)
                    .as(key + " counts in both")
                    .isEqualTo(text instanceof Map);
            if (text instanceof Map) {
                assertThat(forms(text)).as("English forms of " + key).isEqualTo(Set.of("one", "other"));
                assertThat(forms(czech.get(key)))
                        .as("Czech forms of " + key)
                        .isEqualTo(Set.of("one", "few", "many", "other"));
            }
        });
    }

    @Test
    @DisplayName("S11: each code of the interface has a sentence")
    void codes() throws IOException {
        Set<String> keys = texts().get("en").keySet();
        Map<String, String> enums = new LinkedHashMap<>();
        enums.put("Code", "problem.");
        enums.put("AttemptError", "error.");
        enums.put("AttemptCause", "cause.");
        enums.put("Action", "action.");
        enums.forEach((schema, prefix) -> assertThat(values(schema).stream().map(prefix::concat))
                .as(schema)
                .isSubsetOf(keys));
        assertThat(Stream.of("held", "queued", "delivered", "dead", "skipped").map("state."::concat))
                .isSubsetOf(keys);
        assertThat(Stream.of("disabled", "expired", "deleted", "erased").map("reason."::concat))
                .isSubsetOf(keys);
    }

    private static List<String> values(String schema) {
        HttpAnswer description = POSEL.client().get("/api/openapi.json");
        List<String> values = new ArrayList<>();
        String at = "components.schemas." + schema + ".anyOf.0.enum.";
        for (int i = 0; !description.at(at + i).startsWith("nothing at "); i++) {
            values.add(description.at(at + i));
        }
        assertThat(values).as(schema).hasSizeGreaterThan(10);
        return values;
    }

    @Test
    @DisplayName("S11: each text that the page asks for is there, and each that is there is asked for")
    void used() throws IOException {
        Set<String> keys = texts().get("en").keySet();
        Map<String, String> asked = new TreeMap<>();
        try (Stream<Path> files = Files.walk(WEB)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".js"))
                    .filter(each -> !each.startsWith(WEB.resolve("texts")))
                    .toList()) {
                KEY.matcher(Files.readString(file))
                        .results()
                        .map(MatchResult::group)
                        .forEach(found -> asked.put(
                                found.substring(1, found.length() - 1),
                                file.getFileName().toString()));
            }
        }
        Set<String> families =
                keys.stream().map(key -> key.replaceFirst("\\..*", ".")).collect(Collectors.toSet());
        List<Pattern> patterns = asked.keySet().stream()
                .filter(each -> each.contains("${"))
                .map(each -> Pattern.compile(Stream.of(each.split("\\$\\{[^}]*}", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".+"))))
                .toList();
        assertThat(asked.keySet().stream()
                        .filter(each -> !each.contains("${"))
                        .filter(each -> families.stream().anyMatch(each::startsWith))
                        .filter(each -> !keys.contains(each))
                        .map(each -> each + " in " + asked.get(each)))
                .as("asked for, and not there")
                .isEmpty();
        assertThat(keys.stream()
                        .filter(each -> !asked.containsKey(each)
                                && !BY_CODE.matcher(each).lookingAt())
                        .filter(each -> patterns.stream()
                                .noneMatch(pattern -> pattern.matcher(each).matches())))
                .as("there, and never asked for")
                .isEmpty();
    }
}
