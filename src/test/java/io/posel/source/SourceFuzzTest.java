package io.posel.source;

import static io.posel.testing.Fuzz.holds;
import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.Fuzz;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of any text from a polled server. */
class SourceFuzzTest {
    private static final URI PAGE = URI.create("https://crm.example/api/events?page=1");

    @Test
    @DisplayName("G8: a Link header of any text leads to the same server, or nowhere")
    void links() {
        Fuzz.run(
                List.of(
                        "<https://crm.example/api/events?page=2>; rel=\"next\"",
                        "</1>; rel=prev, </2>; title=\"a, <b>; rel=x\"; REL=\"start NEXT\"",
                        "<?page=2>; rel=next",
                        "<//other.example/2>;rel=next",
                        "<../x>; a; b=c ; rel = next",
                        "<>;rel=next"),
                List.of("<", ">", "; rel=next", ";rel=", "\"next\"", "https://", "//", "?", "crm.example", ";a", "= "),
                SourceFuzzTest::leadsToTheSameServer);
    }

    private static boolean leadsToTheSameServer(String header) {
        try {
            Optional<URI> next = NextLink.of(header, PAGE);
            next.ifPresent(uri -> {
                boolean same = "https".equalsIgnoreCase(uri.getScheme())
                        && "crm.example".equalsIgnoreCase(uri.getHost())
                        && (uri.getPort() == -1 || uri.getPort() == 443);
                holds(same && uri.getRawUserInfo() == null, "leads to the same server", uri);
            });
            return next.isPresent();
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("the link to the next page");
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"; a", ";", "; a=\"b\"", ", </x>; rel=x", "<", "; a=   "})
    @DisplayName("G8: a Link header of very many parameters or links is read, not recursed into until the stack ends")
    void longLinks(String piece) {
        Fuzz.run("</2>" + piece.repeat(20_000) + "; rel=next", SourceFuzzTest::leadsToTheSameServer);
    }

    @Test
    @DisplayName("C4: an answer of any JSON leads on by its cursor as it stands, or says why not")
    void cursors() {
        Paging byAnswer = Paging.of(PAGE, PagingTest.cursor("c+d", "/next", null));
        Paging byItem = Paging.of(PAGE, PagingTest.cursor("after", null, "/id"));

        Fuzz.run(
                List.of(
                        "{\"items\":[{\"id\":\"a b&c=d#é\"}],\"next\":\"x+y%20/?\"}",
                        "{\"items\":[{\"id\":12.50},{\"id\":null}],\"next\":1e9}", "{\"items\":[],\"next\":null}"),
                List.of("\"items\":[", "\"next\":", "\"id\":", "null", "{}", "\"\""),
                text -> leadsOn(byAnswer, text) | leadsOn(byItem, text));
    }

    private static boolean leadsOn(Paging paging, String text) {
        Paging.Page page;
        try {
            page = paging.page(Position.START, PagingTest.answer(text), "", null);
        } catch (IllegalStateException e) {
            return false;
        }
        Position next = page.next();
        assertThat(Position.of(next.toText())).isEqualTo(next);
        URI request = paging.request(next);
        assertThat(request.toString()).startsWith(next.url() == null ? PAGE.toString() : "https://crm.example");
        String cursor = next.cursor();
        if (cursor != null && cursor.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff)) {
            String value = request.getRawQuery().substring(request.getRawQuery().lastIndexOf('=') + 1);
            assertThat(URLDecoder.decode(value, StandardCharsets.UTF_8)).isEqualTo(cursor);
        }
        return true;
    }

    @Test
    @DisplayName("C4: a position of any text is one, or the beginning")
    void positions() {
        Fuzz.run(
                List.of("{\"cursor\":\"a\",\"etag\":\"\\\"x\\\"\"}", "{\"url\":\"https://h/\"}", "[]", "12"),
                List.of("\"cursor\":", "\"url\":"),
                text -> {
                    Position position = Position.of(text);
                    assertThat(Position.of(position.toText())).isEqualTo(position);
                    return position != Position.START;
                });
    }
}
