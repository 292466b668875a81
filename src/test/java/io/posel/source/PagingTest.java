package io.posel.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagingTest {
    private static final URI URL = URI.create("https://crm.example/events?kind=all");
    private static final JsonPointer ITEMS = new JsonPointer("/items");

    private final Paging byAnswer = new Paging(URL, ITEMS, "after", new JsonPointer("/next"), null);
    private final Paging byItem = new Paging(URL, ITEMS, "after", null, new JsonPointer("/id"));
    private final Paging byLink = new Paging(URL, ITEMS, null, null, null);

    private static Json json(String text) throws JsonSyntaxException {
        return Json.parse(text);
    }

    private static Position cursor(String cursor) {
        return new Position(cursor, null, null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"7 | 7", "a+b/=&c | a%2Bb%2F%3D%26c", "{{x}} | %7B%7Bx%7D%7D", "a b | a%20b", "é | %C3%A9"})
    @DisplayName("C4: a cursor is data in the query, whatever it holds")
    void request(String cursor, String encoded) {
        assertThat(byAnswer.request(cursor(cursor))).hasToString(URL + "&after=" + encoded);
    }

    @Test
    @DisplayName("C4: a position of another server, from before the setting changed, starts again")
    void otherServer() {
        assertThat(byLink.request(new Position(null, "https://old.example/9", null)))
                .isEqualTo(URL);
        assertThat(byLink.request(new Position(null, "https://crm.example/9", null)))
                .hasToString("https://crm.example/9");
    }

    @Test
    @DisplayName("C4: the answer's cursor leads on while there are items, its number too")
    void answerCursor() throws Exception {
        Paging.Page page = byAnswer.page(Position.START, json("{\"items\":[{}],\"next\":8}"), "", "\"tag\"");

        assertThat(page).isEqualTo(new Paging.Page(page.items(), cursor("8"), true, null));
        assertThat(byAnswer.page(cursor("8"), json("{\"items\":[],\"next\":9}"), "", null)
                        .more())
                .as("an empty page with a new cursor")
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"items\":[{}]}",
                "{\"items\":[{}],\"next\":null}",
                "{\"items\":[{}],\"next\":\"\"}",
                "{\"items\":[{}],\"next\":\"8\"}"
            })
    @DisplayName("C4: where the answer leads nowhere the same page is asked for again, with its ETag")
    void end(String answer) throws Exception {
        Paging.Page page = byAnswer.page(cursor("8"), json(answer), "", "\"tag\"");

        assertThat(page.next()).isEqualTo(new Position("8", null, "\"tag\""));
        assertThat(page.more()).isFalse();
    }

    @Test
    @DisplayName("C4: the last item that has a cursor tells it")
    void itemCursor() throws Exception {
        assertThat(byItem.page(Position.START, json("{\"items\":[{\"id\":1},{\"id\":2},7]}"), "", null)
                        .next())
                .isEqualTo(cursor("2"));
        assertThat(byItem.page(cursor("2"), json("{\"items\":[]}"), "", null).next())
                .isEqualTo(cursor("2"));
        assertThat(byItem.page(cursor("2"), json("{\"items\":[7]}"), "", "\"tag\""))
                .isEqualTo(new Paging.Page(
                        java.util.List.of(new Json.Num("7")),
                        cursor("2"),
                        false,
                        "no item of the page has a cursor at \"/id\""));
    }

    @Test
    @DisplayName("C4: a link leads on even from an empty page, and its position survives a restart as text")
    void link() throws Exception {
        Paging.Page page = byLink.page(Position.START, json("{\"items\":[]}"), "</2>; rel=next", null);

        assertThat(page.more()).isTrue();
        assertThat(Position.of(page.next().toText())).isEqualTo(new Position(null, "https://crm.example/2", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "{\"cursor\":7}", "no json"})
    @DisplayName("C4: a stored position that nobody understands is the beginning")
    void unreadablePosition(String text) {
        assertThat(Position.of(text)).isEqualTo(Position.START);
    }

    @Test
    @DisplayName("C4: what cannot work is said in the words of the route file")
    void refused() {
        assertThatThrownBy(() -> new Paging(URI.create("/feed"), ITEMS, null, null, null))
                .hasMessageContaining("http://");
        assertThatThrownBy(() -> new Paging(URL, ITEMS, "after", null, null)).hasMessageContaining("nextCursor");
        assertThatThrownBy(() -> new Paging(URL, ITEMS, null, ITEMS, null)).hasMessageContaining("cursorParameter");
    }
}
