package io.posel;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.json.Json;
import io.posel.testing.HostileReceiver;
import io.posel.testing.HttpAnswer;
import io.posel.testing.JarPosel;
import io.posel.testing.PoselClient;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.TestDatabase;
import io.posel.testing.Vitals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every kind of bad receiver at once, beside two good ones, against the jar: a minute, ten of them in soak. */
@EnabledOnOs(OS.LINUX)
class HostileReceiversIT {
    private static final Logger LOG = LoggerFactory.getLogger(HostileReceiversIT.class);
    private static final Duration LOAD = Duration.ofMinutes(Boolean.getBoolean("posel.soak") ? 10 : 1);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LATE = Duration.ofSeconds(10);
    private static final int ENTITIES = 8;
    // of a tick of 50 ms; a webhook whose attempts time out is given one request at a time, so 3 s for each delivery
    private static final int QUICK = 5;
    private static final int SLOW = 80;
    private static final long SPARE_BYTES = 4 * 1024 * 1024;
    private static final int SPARE_THREADS = 24;
    private static final int SPARE_FILES = 10;

    @TempDir
    Path home;

    private final ScheduledExecutorService producer = Executors.newSingleThreadScheduledExecutor();
    private final Map<HostileReceiver, Receiver> hostile = new EnumMap<>(HostileReceiver.class);
    private final Map<HostileReceiver, String> webhooks = new EnumMap<>(HostileReceiver.class);
    private final List<Receiver> healthy = new ArrayList<>();
    private final List<String> sent = new ArrayList<>();
    private int ticks;
    private Receiver canary;
    private JarPosel posel;
    private PoselClient client;

    @BeforeEach
    void start() throws IOException {
        // not H2, whose cache would be in the heap that is measured
        posel = JarPosel.on(TestDatabase.POSTGRESQL, home)
                .with("POSEL_DELIVERY_TIMEOUT", "PT1S")
                .start();
        client = posel.client();
        canary = Receiver.start();
        for (int i = 0; i < 2; i++) {
            Receiver receiver = Receiver.start();
            healthy.add(receiver);
            webhook("HEALTHY", "user.changed", receiver);
        }
        for (HostileReceiver kind : HostileReceiver.values()) {
            Receiver receiver = kind.start(canary.url("/"));
            hostile.put(kind, receiver);
            webhooks.put(kind, webhook(kind.name(), kind.isSlow() ? "hostile.slow" : "hostile.quick", receiver));
        }
    }

    @AfterEach
    void end() throws IOException {
        producer.shutdownNow();
        posel.close();
        canary.close();
        for (Receiver receiver : healthy) {
            receiver.close();
        }
        for (Receiver receiver : hostile.values()) {
            receiver.close();
        }
    }

    @Test
    @DisplayName(
            "G4, G5, F2: receivers of every evil kind delay nobody, get three requests each and leave nothing behind")
    void everyEvilKind() throws Exception {
        Vitals vitals = posel.vitals();
        int threads = threads(vitals).size();
        load(Duration.ofSeconds(5), false);
        long files = vitals.files();

        load(LOAD.dividedBy(2), true);
        long live = vitals.liveBytes();
        load(LOAD.dividedBy(2), true);
        assertThat(vitals.liveBytes()).isLessThan(live + SPARE_BYTES);
        log("alive after one half: %,d bytes, after the other: %,d", live, vitals.liveBytes());

        assertThat(canary.acceptedConnections()).isZero();
        healthy.forEach(this::gotAllInOrderAndInTime);
        hostile.forEach(this::gotThreeRequestsOfEach);
        assertThat(Files.readString(posel.log())).doesNotContain("ERROR", "OutOfMemoryError");
        await("idle again").atMost(PATIENCE).untilAsserted(() -> {
            assertThat(hostile.values())
                    .extracting(receiver -> vitals.socketsTo(receiver.port()))
                    .containsOnly(0L);
            assertThat(vitals.files()).isLessThan(files + SPARE_FILES);
            assertThat(threads(vitals))
                    .noneMatch(name -> name.startsWith("posel-delivery") || name.startsWith("posel-lookup"))
                    .hasSizeLessThan(threads + SPARE_THREADS);
        });
        log("threads at the start: %d, idle again: %d", threads, threads(vitals).size());
        log("files before: %d, idle again: %d", files, vitals.files());
    }

    /** Without those of the interface, which a fixed number of first requests makes. */
    private static List<String> threads(Vitals vitals) {
        return vitals.threads().stream()
                .filter(name -> !name.startsWith("vert.x-worker-thread-"))
                .toList();
    }

    /** Posts for this time, and waits until all of it is settled. */
    private void load(Duration time, boolean withHostile) throws Exception {
        ScheduledFuture<?> load = producer.scheduleAtFixedRate(() -> post(withHostile), 0, 50, TimeUnit.MILLISECONDS);
        await().pollDelay(time).atMost(time.plus(PATIENCE)).until(() -> true);
        assertThat(load.isDone()).as("an event was refused").isFalse();
        load.cancel(false);
        producer.submit(() -> {}).get();
        await("all is settled").atMost(PATIENCE).untilAsserted(() -> assertThat(
                        client.get("/api/deliveries?state=queued").all("items", "webhookId"))
                .isEmpty());
    }

    private void post(boolean withHostile) {
        List<String> events = new ArrayList<>();
        int tick = ticks++;
        String id = tick % ENTITIES + "-" + tick;
        events.add(event("user.changed", id));
        if (withHostile && tick % QUICK == 0) {
            events.add(event("hostile.quick", "quick-" + tick));
        }
        if (withHostile && tick % SLOW == 0) {
            events.add(event("hostile.slow", "slow-" + tick));
        }
        client.accept(events.toString());
        sent.add(id);
    }

    private static String event(String type, String id) {
        return "{\"id\":\"%s\",\"type\":\"%s\",\"entity\":{\"type\":\"user\",\"id\":\"%s\"},\"data\":{\"sentAt\":\"%s\"}}"
                .formatted(id, type, id.split("-")[0], InstantSource.system().instant());
    }

    private String webhook(String name, String type, Receiver receiver) {
        // hostile events do not wait for each other
        String ordering = type.equals("user.changed") ? "entity" : "none";
        return client.createWebhook(("{\"name\":\"%s\",\"events\":[\"%s\"],\"url\":\"%s\",\"ordering\":\"%s\","
                        + "\"headers\":{\"X-Sent-At\":\"#sentAt#\",\"X-Event\":\"#event.id#\"}}")
                .formatted(name, type, receiver.url("/"), ordering));
    }

    private void gotAllInOrderAndInTime(Receiver receiver) {
        List<ReceivedRequest> requests = receiver.requests();
        assertThat(byEntity(requests.stream()
                        .map(request -> request.header("X-Event").orElseThrow())
                        .distinct()
                        .toList()))
                .isEqualTo(byEntity(sent));
        List<Duration> delays =
                requests.stream().map(HostileReceiversIT::delay).sorted().toList();
        log(
                "healthy: %d requests, p50 %s, p99 %s, last %s",
                delays.size(), part(delays, 50), part(delays, 99), part(delays, 100));
        assertThat(part(delays, 100)).isLessThan(LATE);
    }

    private static Map<String, List<String>> byEntity(List<String> eventIds) {
        return eventIds.stream().collect(groupingBy(id -> id.split("-")[0]));
    }

    private static Duration part(List<Duration> sorted, int percent) {
        return sorted.get((sorted.size() - 1) * percent / 100);
    }

    private static Duration delay(ReceivedRequest request) {
        return Duration.between(Instant.parse(request.header("X-Sent-At").orElseThrow()), request.at());
    }

    private void gotThreeRequestsOfEach(HostileReceiver kind, Receiver receiver) {
        List<Json.Obj> deliveries = deliveries(webhooks.get(kind));
        List<List<Json.Obj>> attempts =
                deliveries.stream().map(each -> objects(each, "attempts")).toList();
        assertThat(texts(deliveries, "state")).as(kind.name()).containsOnly("dead");
        assertThat(attempts.stream().map(each -> texts(each, "number")))
                .as(kind.name())
                .containsOnly(List.of("1", "2", "3"));
        List<String> failures = attempts.stream()
                .flatMap(each -> texts(each, "error").stream())
                .filter(failure -> !kind.failures().contains(failure))
                .toList();
        // on a busy machine a second may be over before the harm is done
        assertThat(failures).as(kind.name()).allMatch("timeout"::equals).hasSizeLessThanOrEqualTo(attempts.size() / 10);
        Map<String, Long> requests = receiver.requests().stream()
                .collect(groupingBy(request -> request.header("webhook-id").orElseThrow(), counting()));
        log(
                "%s: %d deliveries, %d requests, %d attempts out of time",
                kind, deliveries.size(), receiver.requests().size(), failures.size());
        assertThat(requests.values()).as(kind.name()).allMatch(count -> count <= 3);
        if (!kind.missesRequests()) {
            assertThat(requests).as(kind.name()).hasSameSizeAs(deliveries);
            assertThat(requests.values()).as(kind.name()).containsOnly(3L);
        }
    }

    private List<Json.Obj> deliveries(String webhook) {
        List<Json.Obj> all = new ArrayList<>();
        String next = "";
        do {
            HttpAnswer page = client.get("/api/deliveries?limit=200&webhook=" + webhook + next);
            all.addAll(objects((Json.Obj) page.json(), "items"));
            next = "&cursor=" + page.at("next");
        } while (!next.equals("&cursor=null"));
        return all;
    }

    private static List<Json.Obj> objects(Json.Obj object, String array) {
        return ((Json.Arr) object.get(array))
                .items().stream().map(Json.Obj.class::cast).toList();
    }

    private static List<String> texts(List<Json.Obj> objects, String member) {
        return objects.stream()
                .map(each -> each.get(member))
                .map(value -> value instanceof Json.Str string ? string.value() : String.valueOf(value))
                .toList();
    }

    private static void log(String format, Object... figures) {
        LOG.info(String.format(format, figures));
    }
}
