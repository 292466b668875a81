package io.posel.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.event.JsonPointer;
import io.posel.json.Json;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagingTest {
    private static final URI URL = URI.create("https://crm.example/events?kind=all");
    private static final AnswerReader ANSWERS = new AnswerReader(new JsonPointer("/items"), new JsonPointer("/id"));

    private final Paging byAnswer = Paging.of(URL, cursor("after", "/next", null));
    private final Paging byItem = Paging.of(URL, cursor("after", null, "/id"));
    private final Paging byLink = Paging.of(URL, Paging.Properties.NONE);
    private final Paging byNextLink = Paging.of(URL, nextLink("/next"));

    static Paging.Properties cursor(
            @Nullable String parameter, @Nullable String nextCursor, @Nullable String itemCursor) {
        return new Paging.Properties(parameter, nextCursor, itemCursor, null, null, null, null, null);
    }

    private static Paging.Properties nextLink(String pointer) {
        return new Paging.Properties(null, null, null, pointer, null, null, null, null);
    }

    private static Paging.Properties pages(@Nullable Integer first, @Nullable Integer size) {
        return new Paging.Properties(null, null, null, null, "page", null, first, size);
    }

    private static Paging.Properties offsets(@Nullable Integer size) {
        return new Paging.Properties(null, null, null, null, null, "offset", null, size);
    }

    static Answer answer(String text) {
        return ANSWERS.read(new AnswerReader.Raw(text.getBytes(UTF_8), "", "", true));
    }

    private static Answer items(int count) {
        List<Item> items = Collections.nCopies(count, Item.of(Json.EMPTY));
        return new Answer(Json.EMPTY, items, null);
    }

    private static Position at(long number, long step) {
        return Position.ofNumber(number, step);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"7 | 7", "a+b/=&c | a%2Bb%2F%3D%26c", "{{x}} | %7B%7Bx%7D%7D", "a b | a%20b", "é | %C3%A9"})
    @DisplayName("C4: a cursor is data in the query, whatever it holds")
    void request(String cursor, String encoded) {
        assertThat(byAnswer.request(Position.ofCursor(cursor))).hasToString(URL + "&after=" + encoded);
    }

    @Test
    @DisplayName("C4: a parameter that the URL has already is replaced, not given twice")
    void parameterOfTheUrl() {
        Paging paging = Paging.of(URI.create("https://crm.example/events?page=1&limit=5"), pages(null, null));

        assertThat(paging.request(Position.START)).hasToString("https://crm.example/events?limit=5&page=1");
        assertThat(paging.request(at(2, 1))).hasToString("https://crm.example/events?limit=5&page=2");
    }

    @Test
    @DisplayName("C4: a position of another server, from before the setting changed, starts again")
    void otherServer() {
        assertThat(byLink.request(Position.ofUrl("https://old.example/9"))).isEqualTo(URL);
        assertThat(byLink.request(Position.ofUrl("https://crm.example/9"))).hasToString("https://crm.example/9");
    }

    @Test
    @DisplayName("C4: the answer's cursor leads on while there are items, its number too")
    void answerCursor() {
        Paging.Page page = byAnswer.page(Position.START, answer("{\"items\":[{}],\"next\":8}"), "", "\"tag\"");

        assertThat(page).isEqualTo(new Paging.Page(page.items(), Position.ofCursor("8"), true, null));
        assertThat(byAnswer.page(Position.ofCursor("8"), answer("{\"items\":[],\"next\":9}"), "", null)
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
    void end(String answer) {
        Paging.Page page = byAnswer.page(Position.ofCursor("8"), answer(answer), "", "\"tag\"");

        assertThat(page.next()).isEqualTo(Position.ofCursor("8").with("\"tag\""));
        assertThat(page.more()).isFalse();
    }

    @Test
    @DisplayName("C4: the last item that has a cursor tells it")
    void itemCursor() {
        Position second = Position.ofCursor("2");
        assertThat(byItem.page(Position.START, answer("{\"items\":[{\"id\":1},{\"id\":2},7]}"), "", null)
                        .next())
                .isEqualTo(second);
        assertThat(byItem.page(second, answer("{\"items\":[]}"), "", null).next())
                .isEqualTo(second);
        assertThat(byItem.page(second, answer("{\"items\":[7]}"), "", "\"tag\""))
                .isEqualTo(new Paging.Page(
                        List.of(Item.of(new Json.Num("7"))),
                        second,
                        false,
                        "no item of the page has a cursor at \"/id\""));
    }

    @Test
    @DisplayName("C4: a link leads on even from an empty page, and its position survives a restart as text")
    void link() {
        Paging.Page page = byLink.page(Position.START, answer("{\"items\":[]}"), "</2>; rel=next", null);

        assertThat(page.more()).isTrue();
        assertThat(Position.of(page.next().toText())).isEqualTo(Position.ofUrl("https://crm.example/2"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"https://crm.example/events?page=2\" | https://crm.example/events?page=2",
                "\"/events?page=2\" | https://crm.example/events?page=2",
                "\"?page=2\" | https://crm.example/events?page=2",
                "{\"href\":\"?page=2\"} | https://crm.example/events?page=2",
                "\"http://crm.example/events?page=2\" | https://crm.example/events?page=2",
                "\"?page[number]=2&q=a b\" | https://crm.example/events?page%5Bnumber%5D=2&q=a%20b",
            })
    @DisplayName("K27: a URL in the answer is followed, whole or relative, within the server")
    void nextLink(String next, String url) {
        Answer answer = answer("{\"items\":[{}],\"next\":" + next + "}");

        assertThat(byNextLink.page(Position.START, answer, "", "tag"))
                .isEqualTo(new Paging.Page(answer.items(), Position.ofUrl(url), true, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "false", "{}", "\"https://crm.example/events?kind=all\"", "\"#top\""})
    @DisplayName("K27: without a URL in the answer, or with its own, the same page is asked for again")
    void noNextLink(String next) {
        assertThat(byNextLink
                        .page(Position.START, answer("{\"items\":[{}],\"next\":" + next + "}"), "", "tag")
                        .next())
                .isEqualTo(Position.START.with("tag"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"https://other.example/2\"", "\"//other.example/2\"", "\"https://crm.example:8443/2\"", "7"})
    @DisplayName("G8: a URL in the answer that leads to another server is not followed, and its items count")
    void nextLinkElsewhere(String next) {
        Paging.Page page = byNextLink.page(Position.START, answer("{\"items\":[{}],\"next\":" + next + "}"), "", "tag");

        assertThat(page.items()).hasSize(1);
        assertThat(page.next()).isEqualTo(Position.START);
        assertThat(page.more()).isFalse();
        assertThat(page.problem()).contains("the link to the next page");
    }

    @Test
    @DisplayName("K27: a whole URL in the place of a cursor is followed, not sent as a cursor")
    void urlAsCursor() {
        Answer answer = answer("{\"items\":[{}],\"next\":\"https://crm.example/events?page=2\"}");
        Position second = Position.ofUrl("https://crm.example/events?page=2");

        assertThat(byAnswer.page(Position.START, answer, "", null))
                .isEqualTo(new Paging.Page(answer.items(), second, true, null));
        assertThat(byAnswer.request(second)).hasToString("https://crm.example/events?page=2");
    }

    @Test
    @DisplayName("C4: pages are counted up to an empty one; then the last that had items is asked for again")
    void pageNumbers() {
        Paging paging = Paging.of(URL, pages(null, null));

        assertThat(paging.request(Position.START)).hasToString(URL + "&page=1");
        assertThat(paging.page(Position.START, items(3), "", "tag"))
                .isEqualTo(new Paging.Page(items(3).items(), at(2, 1), true, null));
        assertThat(paging.page(at(2, 1), items(0), "", null))
                .isEqualTo(new Paging.Page(List.of(), at(1, 1), false, null));
        assertThat(paging.missing(at(2, 1), 404)).isEqualTo(new Paging.Page(List.of(), at(1, 1), false, null));
    }

    @Test
    @DisplayName("C4: a page that is known to be short is the last, and its ETag counts")
    void shortPage() {
        Paging paging = Paging.of(URL, pages(0, 3));

        assertThat(paging.request(Position.START)).hasToString(URL + "&page=0");
        assertThat(paging.page(at(4, 1), items(2), "", "tag"))
                .isEqualTo(new Paging.Page(items(2).items(), at(4, 1).with("tag"), false, null));
        assertThat(paging.page(at(4, 1), items(3), "", "tag").next()).isEqualTo(at(5, 1));
    }

    @Test
    @DisplayName("C4: offsets count the items, and go back to the last page when there are no more")
    void offsets() {
        Paging paging = Paging.of(URL, offsets(null));

        assertThat(paging.request(Position.START)).hasToString(URL + "&offset=0");
        assertThat(paging.page(Position.START, items(3), "", null).next()).isEqualTo(at(3, 3));
        assertThat(paging.page(at(3, 3), items(2), "", null).next()).isEqualTo(at(5, 2));
        assertThat(paging.page(at(5, 2), items(0), "", null).next()).isEqualTo(at(3, 2));
    }

    /** A server with this list; how many requests until the end is found. */
    private static int readAll(Paging paging, boolean pages, int size, int total, boolean[] read) {
        Position position = Position.START;
        for (int requests = 1; requests <= total + 3; requests++) {
            String query = paging.request(position).getRawQuery();
            int number = Integer.parseInt(query.substring(query.lastIndexOf('=') + 1));
            int from = Math.min(total, pages ? (number - 1) * size : number);
            int to = Math.min(total, from + size);
            for (int i = from; i < to; i++) {
                read[i] = true;
            }
            Paging.Page page = paging.page(position, items(to - from), "", null);
            position = Position.of(page.next().toText());
            if (!page.more()) {
                return requests;
            }
        }
        throw new AssertionError("reads on and on");
    }

    @Property(tries = 200)
    void everyItemIsReadByNumbersAndNewOnesAreSeenFromWhereItEnded(
            @ForAll boolean pages,
            @ForAll boolean known,
            @ForAll @IntRange(min = 1, max = 7) int size,
            @ForAll @IntRange(min = 0, max = 30) int total) {
        Paging paging = Paging.of(URL, pages ? pages(null, known ? size : null) : offsets(known ? size : null));
        boolean[] read = new boolean[total];

        assertThat(readAll(paging, pages, size, total, read)).isLessThanOrEqualTo(total / size + 2);
        assertThat(IntStream.range(0, total).allMatch(i -> read[i])).isTrue();
    }

    @Test
    @DisplayName("C4: a page that the server does not have is the end of counted pages, and elsewhere an error")
    void missing() {
        assertThatThrownBy(() -> byLink.missing(Position.START, 404)).hasMessage("answered 404; check the URL");
        assertThatThrownBy(() -> byLink.missing(Position.ofUrl("https://crm.example/2"), 410))
                .hasMessageStartingWith("answered 410: the server no longer has the page from which to read on");
        assertThatThrownBy(() -> Paging.of(URL, pages(null, null)).missing(Position.START, 404))
                .hasMessageContaining("check the URL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "{\"cursor\":7}", "{\"number\":\"x\"}", "{\"number\":-1}", "no json"})
    @DisplayName("C4: a stored position that nobody understands is the beginning")
    void unreadablePosition(String text) {
        assertThat(Position.of(text)).isEqualTo(Position.START);
    }

    @Test
    @DisplayName("C4: what cannot work is said in the words of the route file")
    void refused() {
        assertThatThrownBy(() -> Paging.of(URL, cursor("after", null, null))).hasMessageContaining("nextCursor");
        assertThatThrownBy(() -> Paging.of(URL, cursor(null, null, "/id"))).hasMessageContaining("cursorParameter");
        assertThatThrownBy(() ->
                        Paging.of(URL, new Paging.Properties(null, null, null, "/next", "page", null, null, null)))
                .hasMessage("nextLink and pageParameter cannot be combined; keep one of them");
        assertThatThrownBy(() -> Paging.of(URL, new Paging.Properties(null, null, null, null, null, null, 0, null)))
                .hasMessageContaining("pageParameter");
        assertThatThrownBy(() -> Paging.of(URL, offsets(0))).hasMessageContaining("pageSize");
    }
}
