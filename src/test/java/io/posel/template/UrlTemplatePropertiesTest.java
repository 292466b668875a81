package io.posel.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.json.Json;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

@Label("S5, S7, F4: URLs for arbitrary templates and data")
class UrlTemplatePropertiesTest {

    @Property(edgeCases = EdgeCasesMode.NONE)
    @Label("S7: data changes no scheme, host, port, number of segments or parameters, and decodes to itself")
    void url_keeps_its_shape(@ForAll("urls") Url url, @ForAll("data") Map<String, Json> data) throws Exception {
        UrlTemplate template = UrlTemplate.compile(url.template());
        List<String> segments = url.segments.stream().map(text -> text.in(data)).toList();
        List<String> parameters = url.parameters.stream()
                .map(parameter ->
                        parameter.get1().in(data) + "=" + parameter.get2().in(data))
                .toList();
        if (Data.hasLoneSurrogate(String.join("", segments) + ' ' + String.join("", parameters))
                || segments.contains(".")
                || segments.contains("..")) {
            assertThatThrownBy(() -> template.render(data::get)).isInstanceOf(RenderException.class);
            return;
        }

        URI rendered = new URI(template.render(data::get));
        assertThat(rendered.getScheme()).isEqualTo("https");
        assertThat(rendered.getHost()).isEqualTo("example.com").isEqualTo(template.host());
        assertThat(rendered.getPort()).isEqualTo(8443).isEqualTo(template.port());
        assertThat(rendered.getRawUserInfo()).isNull();
        assertThat(rendered.getRawFragment()).isNull();
        assertThat(rendered.toString()).doesNotContain("{", "}");
        assertThat(decoded(rendered.getRawPath().substring(1).split("/", -1))).isEqualTo(segments);
        if (!parameters.isEmpty()) {
            assertThat(decoded(rendered.getRawQuery().split("&", -1))).isEqualTo(parameters);
        }
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void text_that_is_nearly_a_url_keeps_its_host_or_is_refused(
            @ForAll("nearlyUrls") String text, @ForAll("data") Map<String, Json> data) throws Exception {
        UrlTemplate template;
        String url;
        try {
            template = UrlTemplate.compile(text);
            url = template.render(data::get);
        } catch (TemplateException e) {
            assertThat(e.column()).isBetween(1, text.length() + 1);
            return;
        } catch (RenderException e) {
            return;
        }
        URI rendered = new URI(url);
        assertThat(rendered.getRawAuthority().replaceFirst(":\\d+$", "")).isEqualTo(template.host());
        assertThat(rendered.getRawFragment()).isNull();
        assertThat(rendered.getRawPath().split("/", -1)).doesNotContain(".", "..");
        assertThat(url).matches("[!-~]+").doesNotContain("{", "}", "\\");
    }

    private static List<String> decoded(String[] parts) {
        return List.of(parts).stream()
                .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
                .toList();
    }

    /** @param pieces a variable's name where the second is true, else constant text */
    record Text(List<Tuple.Tuple2<String, Boolean>> pieces) {
        String template() {
            StringBuilder out = new StringBuilder();
            pieces.forEach(piece -> out.append(
                    piece.get2()
                            ? '#' + piece.get1() + '#'
                            : URLEncoder.encode(piece.get1(), StandardCharsets.UTF_8)
                                    .replace("+", " ")));
            return out.toString();
        }

        String in(Map<String, Json> data) {
            StringBuilder out = new StringBuilder();
            pieces.forEach(piece -> out.append(piece.get2() ? Data.text(data, piece.get1()) : piece.get1()));
            return out.toString();
        }

        boolean isConstant() {
            return pieces.stream().noneMatch(Tuple.Tuple2::get2);
        }
    }

    record Url(List<Text> segments, List<Tuple.Tuple2<Text, Text>> parameters) {
        String template() {
            List<String> written = new ArrayList<>();
            parameters.forEach(parameter -> written.add(
                    parameter.get1().template() + '=' + parameter.get2().template()));
            return "https://u:p@example.com:8443/"
                    + String.join("/", segments.stream().map(Text::template).toList())
                    + (written.isEmpty() ? "" : '?' + String.join("&", written));
        }
    }

    @Provide
    Arbitrary<Map<String, Json>> data() {
        return Data.any();
    }

    @Provide
    Arbitrary<Url> urls() {
        Arbitrary<Text> texts = Arbitraries.oneOf(
                        Arbitraries.of(Data.NAMES).map(name -> Tuple.of(name, true)),
                        Arbitraries.oneOf(Data.texts(), Arbitraries.of(".", "..", "a", "b+c", "é"))
                                .filter(text -> !Data.hasLoneSurrogate(text))
                                .map(text -> Tuple.of(text, false)))
                .list()
                .ofMaxSize(3)
                .map(Text::new);
        Arbitrary<Text> segments =
                texts.filter(text -> !text.isConstant() || !List.of(".", "..").contains(text.in(Map.of())));
        return Combinators.combine(
                        segments.list().ofMinSize(1).ofMaxSize(4),
                        Combinators.combine(texts, texts).as(Tuple::of).list().ofMaxSize(4))
                .as(Url::new)
                .filter(url -> !url.template().endsWith(" "));
    }

    @Provide
    Arbitrary<String> nearlyUrls() {
        Arbitrary<String> pieces = Arbitraries.of(
                "http://",
                "https://",
                "h",
                "example.com",
                "[::1]",
                "127.0.0.1",
                "0x7f",
                "1",
                ":",
                ":80",
                "@",
                "/",
                "//",
                "?",
                "&",
                "=",
                "#",
                "#a#",
                "#b.c#",
                ".",
                "..",
                "%2e",
                "%",
                "%41",
                ";",
                "\\",
                " ",
                "é",
                "ß",
                "。",
                "_",
                "-",
                "{{env:HOME}}",
                "${x}",
                "\ud83d",
                "\0",
                "+",
                "[",
                "]",
                "\"",
                "a b");
        return Combinators.combine(
                        Arbitraries.of("", "http://", "https://h", "http://h/"),
                        pieces.list().ofMaxSize(7))
                .as((start, rest) -> start + String.join("", rest));
    }
}
