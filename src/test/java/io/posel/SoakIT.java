package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.Answer;
import io.posel.testing.JarPosel;
import io.posel.testing.OwnPostgres;
import io.posel.testing.Producer;
import io.posel.testing.Receipts;
import io.posel.testing.ReceivedRequest;
import io.posel.testing.Receiver;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jar under load while everything around it fails again and again, for as long as somebody has patience. What the
 * receivers got is what counts: nothing lost, nothing out of order, and all of it settled a minute after the last fault.
 */
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(named = "posel.soak", matches = "true")
class SoakIT {
    private static final Logger LOG = LoggerFactory.getLogger(SoakIT.class);
    private static final Duration SETTLED = Duration.ofSeconds(60);
    private static final int ENTITIES = 8;
    // three attempts, and those that a fault repeats
    private static final int MOST_REQUESTS = 8;

    @TempDir
    Path home;

    private final long seed = Long.getLong("posel.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Receiver> receivers = new ArrayList<>();
    private final List<Producer> producers = new ArrayList<>();
    private JarPosel posel;

    @BeforeEach
    void receivers() throws IOException {
        LOG.info("-Dposel.seed={}", seed);
        receiver(request -> Answer.ok());
        receiver(request -> chance(30) ? Answer.status(500) : Answer.ok());
        receiver(request -> chance(2) ? Answer.hang() : Answer.ok());
        receiver(request -> chance(10) ? busy() : Answer.ok());
    }

    @AfterEach
    void end() throws IOException {
        producers.forEach(Producer::close);
        if (posel != null) {
            posel.close();
        }
        for (Receiver each : receivers) {
            each.close();
        }
    }

    @Test
    @DisplayName("G1, G2, G3, G6: PostgreSQL and the process fail 32 times in 22 minutes")
    void postgreSql() throws Exception {
        try (OwnPostgres postgres = new OwnPostgres(home).start()) {
            posel = JarPosel.on(TestDatabase.H2, home)
                    .with("POSEL_DB_URL", postgres.url())
                    .with("POSEL_DB_USER", "postgres");
            begin(Duration.ofSeconds(1));
            List<Fault> faults = new ArrayList<>();
            faults.addAll(Collections.nCopies(2, this::killAndStart));
            faults.addAll(Collections.nCopies(4, this::freeze));
            faults.addAll(Collections.nCopies(9, () -> away(postgres::crash, postgres, Duration.ofSeconds(1))));
            faults.addAll(Collections.nCopies(4, () -> away(postgres::close, postgres, Duration.ofSeconds(1))));
            faults.addAll(Collections.nCopies(7, () -> away(postgres::crash, postgres, Duration.ofSeconds(25))));
            faults.addAll(Collections.nCopies(6, postgres::terminateBackends));
            Collections.shuffle(faults, random);
            for (Fault fault : faults) {
                pass(Duration.ofSeconds(20 + random.nextInt(30)));
                fault.happen();
            }
            finish();
        }
    }

    @Test
    @DisplayName("G1, G2, G3: kill -9 every 6 to 14 seconds on the embedded database")
    void killed() throws Exception {
        posel = JarPosel.on(TestDatabase.H2, home);
        begin(Duration.ofSeconds(1));
        for (int i = 0; i < 9; i++) {
            pass(Duration.ofSeconds(6 + random.nextInt(9)));
            killAndStart();
        }
        finish();
    }

    @Test
    @DisplayName("G1, G2, G3: the disk of the embedded database fills up, is freed, and the process is killed")
    void diskFull() throws Exception {
        Path data = Files.createDirectory(home.resolve("data"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", data.toString()))
                .as("whoever may mount")
                .isZero();
        try {
            posel = JarPosel.on(TestDatabase.H2, home);
            begin(Duration.ofMillis(20));
            await().atMost(Duration.ofMinutes(5)).until(() -> refused() > 50);
            assertThat(run("mount", "-o", "remount,size=200m", data.toString())).isZero();
            Producer.awaitMore(producers, 20);
            killAndStart();
            finish();
        } finally {
            posel.close();
            run("umount", data.toString());
        }
    }

    @Test
    @DisplayName("G1, G2, G3: 256 descriptors, and connections that hold them and say nothing")
    void fewDescriptors() throws Exception {
        posel = JarPosel.on(TestDatabase.H2, home).under("prlimit", "--nofile=256");
        begin(Duration.ofMillis(100));
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 400; i++) {
                idle.add(new Socket("127.0.0.1", posel.port()));
            }
            pass(Duration.ofSeconds(30));
        } finally {
            for (Socket each : idle) {
                each.close();
            }
        }
        Producer.awaitMore(producers, 20);
        finish();
    }

    @Test
    @DisplayName("G1, G2, G3, G5: 96 MB of heap, bodies of 20 kB, and a receiver that takes 4 seconds")
    void smallHeap() throws Exception {
        receiver(request -> Answer.after(Duration.ofSeconds(4), Answer.ok()));
        posel = JarPosel.on(TestDatabase.H2, home).withHeap("96m").with("POSEL_DELIVERY_TIMEOUT", "PT10S");
        begin(Duration.ofMillis(500), "x".repeat(20_000));
        pass(Duration.ofMinutes(1));
        finish();
    }

    private void begin(Duration pause) {
        begin(pause, "");
    }

    private void begin(Duration pause, String weight) {
        posel.with("POSEL_DELIVERY_REDELIVERY_DELAY", "PT0.5S");
        posel.start();
        for (int i = 0; i < receivers.size(); i++) {
            posel.client()
                    .createWebhook(
                            "{\"name\":\"%d\",\"events\":[\"user.changed\"],\"url\":\"%s\",\"body\":\"{\\\"w\\\":\\\"%s\\\"}\"}"
                                    .formatted(i, receivers.get(i).url("/#event.id#"), weight));
        }
        for (int i = 0; i < ENTITIES; i++) {
            producers.add(Producer.start(posel::client, "e" + i, i % 2 == 1, pause));
        }
        Producer.awaitMore(producers, 3);
    }

    /** Nothing is produced any more; what was acknowledged arrives in order, and nothing is left over. */
    private void finish() {
        Producer.awaitMore(producers, 3);
        producers.forEach(Producer::close);
        Instant last = InstantSource.system().instant();
        await("all is settled").atMost(SETTLED).untilAsserted(() -> assertThat(
                        posel.client().get("/api/deliveries?state=queued").all("items", "id"))
                .isEmpty());
        LOG.info(
                "{} events, {} requests, {} refused, settled after {}",
                producers.stream().mapToInt(each -> each.acknowledged().size()).sum(),
                receivers.stream().mapToInt(each -> each.requests().size()).sum(),
                refused(),
                Duration.between(last, InstantSource.system().instant()));
        for (Receiver each : receivers) {
            Receipts.allOf(producers, each, MOST_REQUESTS);
        }
    }

    private int refused() {
        return producers.stream().mapToInt(Producer::refused).sum();
    }

    private void receiver(Function<ReceivedRequest, Answer> script) throws IOException {
        receivers.add(Receiver.start().answer(script));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private Answer busy() {
        return chance(50) ? Answer.status(503) : Answer.status(429).header("Retry-After", "1");
    }

    private void killAndStart() {
        posel.kill();
        posel.start();
    }

    private void freeze() throws InterruptedException {
        posel.signal("STOP");
        pass(Duration.ofSeconds(8));
        posel.signal("CONT");
    }

    private static void away(Fault goes, OwnPostgres postgres, Duration time) throws Exception {
        goes.happen();
        pass(time);
        postgres.start();
    }

    /** The faults of a soak come in real time: nothing happens that could be waited for instead. */
    private static void pass(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    @FunctionalInterface
    private interface Fault {
        void happen() throws Exception;
    }
}
