package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.ProblemException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventScopeTest {

    private static Event event(String source, String type) {
        return new Event(source, "1", type, new EntityRef("e", "1"), null, null, Json.EMPTY);
    }

    private static @Nullable List<String> errors(ThrowingCall call) {
        ProblemException refusal = catchThrowableOfType(ProblemException.class, call::run);
        return refusal == null
                ? null
                : refusal.errors().stream()
                        .map(each -> each.pointer() + " " + each.code())
                        .toList();
    }

    private interface ThrowingCall {
        void run() throws Exception;
    }

    private static EventScope read(String json) throws JsonSyntaxException {
        return EventScope.read((Json.Obj) Json.parse(json));
    }

    @ParameterizedTest
    @CsvSource({
        "*, a, true",
        "*, posel.x, true",
        "order.placed, order.placed, true",
        "order.placed, order.placed2, false",
        "order.placed, order, false",
        "order.*, order.placed, true",
        "order.*, order.line.added, true",
        "order.*, order., true",
        "order.*, order, false",
        "order.*, orders.placed, false",
        "order.*, ORDER.placed, false",
        "order.line.*, order.placed, false",
    })
    @DisplayName("D9: a type is named, or what it begins with up to a dot")
    void types(String pattern, String type, boolean permitted) {
        EventScope scope = new EventScope(List.of(), List.of(pattern));

        List<String> errors = errors(() -> scope.require(List.of(event("", type)), "t"));

        assertThat(errors == null).isEqualTo(permitted);
    }

    @Test
    @DisplayName("D9: a source is named exactly, and an event without one is of none of them")
    void sources() {
        EventScope scope = new EventScope(List.of("shop", "crm"), List.of());

        assertThatCode(() -> scope.require(List.of(event("crm", "a"), event("shop", "b")), "t"))
                .doesNotThrowAnyException();
        assertThat(errors(() -> scope.require(List.of(event("", "a")), "t")))
                .containsExactly("/source source-not-permitted");
        assertThat(errors(() -> scope.require(List.of(event("shop", "a"), event("Shop", "a")), "t")))
                .containsExactly("/1/source source-not-permitted");
    }

    @Test
    @DisplayName("D9: all that is excluded is told, each with its pointer")
    void allErrors() {
        EventScope scope = new EventScope(List.of("shop"), List.of("order.*"));

        assertThat(errors(() -> scope.require(List.of(event("x", "y"), event("shop", "order.a")), "t")))
                .containsExactly("/0/source source-not-permitted", "/0/type type-not-permitted");
    }

    @Test
    @DisplayName("D9: what is no list of names binds nothing and is refused")
    void forms() throws JsonSyntaxException {
        assertThat(read("{}").isAll()).isTrue();
        assertThat(read("{\"sources\":null,\"types\":null}").isAll()).isTrue();
        assertThat(errors(() -> read("{\"sources\":\"shop\",\"types\":[]}")))
                .containsExactly("/sources type-mismatch", "/types empty");
        assertThat(errors(() -> read("{\"sources\":[\"a\",\"a\",\"\",1,null]}")))
                .containsExactly(
                        "/sources/1 duplicate", "/sources/2 empty", "/sources/3 type-mismatch", "/sources/4 required");
        assertThat(errors(() -> read("{\"types\":[\"a*\",\"*.b\",\"a.*.b\",\"**\",\"*\",\"a.b.*\"]}")))
                .containsExactly("/types/0 wildcard", "/types/1 wildcard", "/types/2 wildcard", "/types/3 wildcard");
        assertThat(errors(() -> read("{\"types\":[\"" + "x".repeat(101) + "\"]}")))
                .containsExactly("/types/0 too-long");
        assertThat(errors(() -> read("{\"types\":[" + "\"x\",".repeat(50) + "\"x\"]}")))
                .containsExactly("/types too-many");
    }
}
