package io.posel.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.webhook.Definitions;
import io.posel.webhook.Ordering;
import io.posel.webhook.WebhookJson;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/** Many definitions, of which each event matches one by its filter; written into the tables, copied from one. */
final class ManyWebhooks {
    private final Store store;
    private final List<String> ids;

    private ManyWebhooks(Store store, List<String> ids) {
        this.store = store;
        this.ids = ids;
    }

    /** Posel does not run when this returns. */
    static ManyWebhooks define(Bench bench, int count, int concurrency) throws Exception {
        Store store = bench.postgres();
        String template = Sample.webhook(bench.receiver().url("/0/#event.id#"), true, concurrency)
                .replace("\"name\"", "\"filter\":{\"account.eshopId\":[\"shop-0\"]},\"name\"");
        try (PoselProcess posel = bench.posel(store, Map.of())) {
            posel.client().createWebhook(template);
        }
        copy(store, template, count);
        List<String> ids = java.util.stream.IntStream.range(1, count + 1)
                .mapToObj(n -> "wh_bench" + n)
                .toList();
        return new ManyWebhooks(store, ids);
    }

    /** Plain, as rows stood there before they were encrypted: they can be read, and SQL can write them. */
    private static void copy(Store store, String template, int count) throws SQLException, JsonSyntaxException {
        String definition = WebhookJson.definitionToJson(
                        new Definitions(Ordering.ENTITY, false).read(Json.parse(template.getBytes(UTF_8))))
                .toString();
        String copy = "convert_to(replace(replace(cast(? as text), 'shop-0', 'shop-' || n), '/0/', '/' || n || '/'),"
                + " 'UTF8')";
        try (var connection = store.connect();
                var versions = connection.prepareStatement("insert into webhook_version (webhook_id, version,"
                        + " definition) select 'wh_bench' || n, 1, " + copy + " from " + store.series(count));
                var webhooks = connection.prepareStatement("insert into webhook (id, version, definition, created_at,"
                        + " updated_at) select 'wh_bench' || n, 1, " + copy
                        + ", current_timestamp, current_timestamp from " + store.series(count));
                var statement = connection.createStatement()) {
            versions.setString(1, definition);
            versions.executeUpdate();
            webhooks.setString(1, definition);
            webhooks.executeUpdate();
            statement.execute("analyze");
        }
    }

    Store store() {
        return store;
    }

    List<String> ids() {
        return ids;
    }

    /** Events for one webhook after the other; webhook {@code n} of 1… gets them under {@code /n/}. */
    IntFunction<String> events(String prefix) {
        return events(prefix, i -> 1 + i % ids.size());
    }

    /** @param number of the webhook that gets an event */
    static IntFunction<String> events(String prefix, IntUnaryOperator number) {
        return i -> Sample.event(prefix + i, String.valueOf(i % 10_000))
                .replace("\"eshopId\":\"7\"", "\"eshopId\":\"shop-" + number.applyAsInt(i) + "\"");
    }

    /** Until nothing at all is queued. */
    void awaitSettled() {
        awaitNone("");
    }

    /** Until nothing is queued for these webhooks. */
    void awaitSettled(List<String> some) {
        awaitNone(" and webhook_id in ('" + String.join("','", some) + "')");
    }

    private void awaitNone(String condition) {
        org.awaitility.Awaitility.await("all is settled")
                .atMost(java.time.Duration.ofMinutes(2))
                .pollDelay(java.time.Duration.ZERO)
                .pollInterval(java.time.Duration.ofMillis(20))
                .until(() -> store.number("select count(*) from delivery where pos is not null" + condition) == 0);
    }
}
