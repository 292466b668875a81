package io.posel.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.json.Json;
import io.posel.problem.ProblemException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class EventRoundTripTest {
    private final EventReader reader = new EventReader(() -> "generated");

    @Property
    @Label("S5: any event that is written as JSON is read back equal, numbers by their text")
    void anyEventComesBack(@ForAll("events") Event event) {
        byte[] body = EventJson.of(event).toBytes();

        assertThat(reader.read("application/json", Map.of(), body)).containsExactly(event);
        assertThat(reader.of(event)).containsExactly(event);
        assertThat(reader.read("application/json", Map.of(), body).get(0).data())
                .hasToString(event.data().toString());
    }

    @Property
    @Label("G6: whatever bytes come in, they are read or refused with a reason")
    void anyBytesAreReadOrRefused(@ForAll byte[] body) {
        readOrRefused(body);
    }

    @Property
    @Label("G6: whatever JSON comes in, it is read or refused with a reason")
    void anyJsonIsReadOrRefused(@ForAll("json") Json json) {
        readOrRefused(json.toBytes());
    }

    private void readOrRefused(byte[] body) {
        for (String type :
                List.of("application/json", "application/cloudevents+json", "application/cloudevents-batch+json")) {
            try {
                reader.read(type, Map.of(), body);
            } catch (ProblemException e) {
                assertThat(e.errors()).isNotEmpty();
            }
        }
    }

    @Provide
    Arbitrary<Event> events() {
        Arbitrary<String> times = Arbitraries.longs()
                .between(-62_000_000_000L, 250_000_000_000L)
                .flatMap(second -> Arbitraries.integers()
                        .between(-18 * 60, 18 * 60)
                        .map(minutes -> DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                                Instant.ofEpochSecond(second).atOffset(ZoneOffset.ofTotalSeconds(minutes * 60)))));
        return Combinators.combine(
                        Arbitraries.oneOf(Arbitraries.just(""), key(200)),
                        key(128),
                        key(100),
                        Combinators.combine(key(100), key(200)).as(EntityRef::new),
                        Arbitraries.longs().greaterOrEqual(0).injectNull(0.2),
                        times.injectNull(0.2),
                        object(3))
                .as(Event::new);
    }

    @Provide
    Arbitrary<Json> json() {
        return value(3);
    }

    private static Arbitrary<String> key(int max) {
        return Arbitraries.strings()
                .all()
                .ofMinLength(1)
                .ofMaxLength(max)
                .filter(text -> text.length() <= max && Checks.firstBad(text) < 0);
    }

    private static Arbitrary<Json.Obj> object(int depth) {
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(5),
                Arbitraries.of("id", "type", "entity", "data", "sequence", "source", "subject", "specversion"));
        return Arbitraries.maps(names, value(depth - 1)).ofMaxSize(4).map(Json.Obj::new);
    }

    private static Arbitrary<Json> value(int depth) {
        Arbitrary<Json> plain = Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(20).map(Json.Str::new),
                Arbitraries.of("0", "-0", "12.50", "1e999999", "-1E-5", "1.000000000000000000000000000001", "7")
                        .map(Json.Num::new),
                Arbitraries.bigDecimals().map(number -> new Json.Num(number.toString())),
                Arbitraries.of(Json.Bool.TRUE, Json.Bool.FALSE),
                Arbitraries.just(Json.Null.NULL));
        if (depth <= 0) {
            return plain;
        }
        return Arbitraries.oneOf(
                plain,
                value(depth - 1).list().ofMaxSize(4).map(Json.Arr::new),
                object(depth).map(object -> object));
    }
}
