package io.posel.webhook;

import static io.posel.webhook.Example.definition;
import static io.posel.webhook.Example.errors;
import static io.posel.webhook.Example.refusal;
import static io.posel.webhook.Example.withUrl;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretsTest {

    @ParameterizedTest(name = "{0} is shown as {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "https://h.cz/a?key=k|https://h.cz/a?key=***",
                "https://h.cz/a?id=#customer.id#&key=k|https://h.cz/a?id=#customer.id#&key=***",
                "https://h.cz?key=k|https://h.cz?key=***",
                "https://h.cz/?a=b=c|https://h.cz/?a=***",
                "https://h.cz/?a=b?c&d=|https://h.cz/?a=***&d=",
                "https://h.cz/?justakey|https://h.cz/?***",
                "https://h.cz/?#customer.id#=k|https://h.cz/?#customer.id#=***",
                "https://h.cz/?a=#customer.id#,k|https://h.cz/?a=#customer.id#,k",
                "https://h.cz/?a=%23x%23|https://h.cz/?a=***",
                "https://h.cz/?a=#items.0.sku#&b=#_x#&c=#data#|https://h.cz/?a=#items.0.sku#&b=#_x#&c=#data#",
                "https://h.cz/?a=-#1a-&b=x#y|https://h.cz/?a=***&b=***",
                "https://h.cz/?|https://h.cz/?",
                "https://h.cz/?&&a=k|https://h.cz/?&&a=***",
                "https://u:p@h.cz/|https://u:***@h.cz/",
                "https://:p@h.cz/|https://:***@h.cz/",
                "https://u@h.cz/|https://u@h.cz/",
                "https://u:@h.cz/|https://u:@h.cz/",
                "https://u:p:q@h.cz:8443/|https://u:***@h.cz:8443/",
                "https://u:p@q@h.cz/|https://u:***@h.cz/",
                "https://h.cz/a:b@c|https://h.cz/a:b@c",
                "https://h.cz:8443/a@b|https://h.cz:8443/a@b",
                "https://h.cz?a:b@c=d|https://h.cz?a:b@c=***",
                "https://[::1]:80/?k=v|https://[::1]:80/?k=***",
                "https://u:p@[::1]:80/|https://u:***@[::1]:80/",
            })
    @DisplayName("S9: keys in a URL are never read back")
    void masked_url(String url, String shown) {
        assertThat(Secrets.masked(withUrl(url)).url()).isEqualTo(shown);
    }

    @Test
    @DisplayName("S9: header values are never read back, whatever they hold")
    void masked_headers() {
        assertThat(Secrets.masked(definition("{'headers':{'X-Key':'k','X-Id':'#customer.id#','X-Empty':''}}"))
                        .headers())
                .isEqualTo(Map.of("X-Key", "***", "X-Id", "***", "X-Empty", "***"));
    }

    @ParameterizedTest(name = "stored {0}, written {1}, kept {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "https://h.cz/?key=k|https://h.cz/other?x=#y#&key=***|https://h.cz/other?x=#y#&key=k",
                "https://h.cz/?key=k|https://H.CZ:443/?key=***|https://H.CZ:443/?key=k",
                "https://u:p@h.cz/|https://v:***@h.cz/|https://v:p@h.cz/",
                "https://h.cz/?k=1&k=2|https://h.cz/?k=***&k=***|https://h.cz/?k=1&k=2",
                "https://h.cz/?k=1&k=2|https://h.cz/?k=***&k=new|https://h.cz/?k=1&k=new",
                "https://h.cz/?k=1&k=2|https://h.cz/?k=new&k=***|https://h.cz/?k=new&k=2",
                "https://h.cz/?k=1|https://h.cz/?k=new&k=***|https://h.cz/?k=new&k=1",
                "https://h.cz/?a=1&b=2|https://h.cz/?b=***&a=***|https://h.cz/?b=2&a=1",
                "https://h.cz/?k=1&k=#v#|https://h.cz/?k=#v#&k=***|https://h.cz/?k=#v#&k=1",
                "https://h.cz/?abc|https://h.cz/?***|https://h.cz/?abc",
                "https://h.cz/?key=k|https://h.cz/?key=new|https://h.cz/?key=new",
            })
    @DisplayName("S9: a mask written back keeps the stored secret")
    void unmasked_url(String stored, String written, String kept) {
        assertThat(Secrets.unmasked(withUrl(written), withUrl(stored)).url()).isEqualTo(kept);
    }

    @ParameterizedTest(name = "stored {0}, written {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "https://h.cz/?key=k|http://h.cz/?key=***",
                "https://h.cz:8443/?key=k|http://h.cz:8443/?key=***",
                "https://h.cz/?key=k|https://h.cz:8443/?key=***",
                "https://h.cz/?key=k|https://h.cz.evil.example/?key=***",
                "https://h.cz/?key=k|https://h.cz@evil.example/?key=***",
                "https://u:p@h.cz/|https://u:***@evil.example/",
                "https://h.cz/?key=k|https://h.cz/?apikey=***",
                "https://h.cz/?key=#id#|https://h.cz/?key=***",
                "https://h.cz/?key=|https://h.cz/?key=***",
                "https://u@h.cz/|https://u:***@h.cz/",
                "https://u:@h.cz/|https://u:***@h.cz/",
                "https://h.cz/?k=1&k=2|https://h.cz/?k=***",
                "https://h.cz/?k=1|https://h.cz/?k=***&k=***",
                "https://h.cz/?k=1&k=#v#&k=3|https://h.cz/?k=1&k=***&k=3",
                "https://h.cz/?k=1|https://h.cz/?***",
            })
    @DisplayName("S9: a mask for another address, or for nothing, asks for the secret again")
    void refused_url(String stored, String written) {
        var refusal = refusal(() -> Secrets.unmasked(withUrl(written), withUrl(stored)));

        assertThat(refusal.status()).isEqualTo(422);
        assertThat(errors(refusal)).isNotEmpty().containsOnly("/url secret-required");
        assertThat(refusal.errors().get(0).detail()).contains("enter");
    }

    @Test
    @DisplayName("S9: headers keep their secrets by name, in any case")
    void unmasked_headers() {
        Definition stored = definition("{'headers':{'X-Key':'k'}}");

        assertThat(Secrets.unmasked(definition("{'headers':{'x-key':'***'}}"), stored)
                        .headers())
                .isEqualTo(Map.of("x-key", "k"));
        assertThat(errors(refusal(() ->
                        Secrets.unmasked(definition("{'headers':{'X-Other':'***','X-Key':'Bearer ***'}}"), stored))))
                .containsExactlyInAnyOrder("/headers/X-Other secret-required", "/headers/X-Key secret-required");
        assertThat(errors(refusal(() -> Secrets.unmasked(
                        definition("{'url':'https://evil.example/','headers':{'X-Key':'***'}}"), stored))))
                .containsExactly("/headers/X-Key secret-required");
    }

    @Test
    @DisplayName("S9: a definition's text for logs shows no secret")
    void text_for_logs() {
        Definition definition = definition("{'url':'https://u:pppp@h.cz/?key=kkkk','headers':{'X-Key':'hhhh'}}");

        assertThat(Example.webhook("wh_1", definition).toString())
                .contains("Shop", "https://u:***@h.cz/?key=***")
                .doesNotContain("pppp", "kkkk", "hhhh");
    }

    @Property
    @Label("S9: masking and unmasking loses nothing")
    void masking_and_unmasking_loses_nothing(@ForAll("definitions") Definition definition) {
        assertThat(Secrets.unmasked(Secrets.masked(definition), definition)).isEqualTo(definition);
    }

    @Property
    @Label("S9: masking shows no secret")
    void masking_shows_no_secret(@ForAll("definitions") Definition definition) {
        Definition masked = Secrets.masked(definition);

        assertThat(masked.url() + masked.headers()).doesNotContain("SECRET");
        assertThat(Secrets.masked(masked)).isEqualTo(masked);
        assertThat(CompiledParts.of(masked).errors()).isEmpty();
    }

    @Property
    @Label("S9: no mask brings a secret to another address")
    void no_mask_brings_a_secret_to_another_address(
            @ForAll("definitions") Definition definition, @ForAll("queries") List<String> query) {
        Definition masked = Secrets.masked(definition);
        String elsewhere = "https://u:***@evil.example/?" + String.join("&", query) + "&key=***&a=***&***";
        Definition incoming = new Definition(
                "Shop",
                true,
                masked.events(),
                Map.of(),
                elsewhere,
                null,
                masked.headers(),
                Ordering.ENTITY,
                null,
                null);

        var unmasked = Secrets.unmask(incoming, definition);

        assertThat(unmasked.definition().url()).isEqualTo(elsewhere);
        assertThat(unmasked.definition().headers()).isEqualTo(masked.headers());
        assertThat(unmasked.errors())
                .hasSizeGreaterThanOrEqualTo(4 + masked.headers().size());
    }

    @Provide
    Arbitrary<Definition> definitions() {
        Arbitrary<String> userInfo =
                Arbitraries.of("", "u@", "u:@", "u:SECRET@", ":SECRET@", "u%40x:SECRET%3A%2F@", "u:SECRET:SECRET;=@");
        Arbitrary<String> origin = Arbitraries.of("h.cz", "h.cz:8443", "[::1]:80", "10.0.0.1", "háček.cz");
        Arbitrary<String> path = Arbitraries.of("", "/", "/a/#customer.id#", "/a:b@c/**", "/%3F");
        Arbitrary<Map<String, String>> headers = Arbitraries.maps(
                        Arbitraries.of("X-Key", "Authorization", "x-other"),
                        Arbitraries.of("SECRET", "Bearer SECRET", "#customer.id# SECRET", "", "SECRET***"))
                .ofMaxSize(3);
        return Combinators.combine(Arbitraries.of("http://", "https://"), userInfo, origin, path, queries(), headers)
                .as((scheme, user, host, rest, query, head) -> new Definition(
                        "Shop",
                        true,
                        List.of("a"),
                        Map.of(),
                        scheme + user + host + rest + (query.isEmpty() ? "" : "?" + String.join("&", query)),
                        null,
                        new LinkedHashMap<>(head),
                        Ordering.ENTITY,
                        null,
                        null));
    }

    @Provide
    Arbitrary<List<String>> queries() {
        return Arbitraries.of(
                        "",
                        "key=SECRET",
                        "key=SECRET2",
                        "key=",
                        "key=#customer.id#",
                        "key=a#customer.id#b",
                        "a=SECRET=?/:@",
                        "a=%20SECRET",
                        "=SECRET",
                        "SECRET",
                        "#x#=SECRET",
                        "#x#",
                        "á=SECRETž")
                .list()
                .ofMaxSize(6)
                .map(ArrayList::new);
    }
}
