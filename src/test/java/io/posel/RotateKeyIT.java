package io.posel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.posel.testing.JarPosel;
import io.posel.testing.PoselClient;
import io.posel.testing.Receiver;
import io.posel.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code rotate-key} on the real jar: what works before works afterwards, whenever it is killed. */
class RotateKeyIT {
    private static final String OLD = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
    private static final String NEW = "bmV3NDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";

    @TempDir
    private Path home;

    private Receiver receiver;
    private JarPosel posel;

    @BeforeEach
    void receive() throws IOException {
        receiver = Receiver.start();
    }

    @AfterEach
    void leaveNothingRunning() throws IOException {
        posel.close();
        receiver.close();
    }

    private List<String> define(int count) {
        PoselClient client = posel.client();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(client.createWebhook("{\"name\":\"" + i + "\",\"events\":[\"a" + i + "\"],\"url\":\""
                    + receiver.url("/?key=topsecret" + i) + "\"}"));
            client.post("/api/webhooks/" + ids.get(i) + "/secret", null);
        }
        return ids;
    }

    /** Definition and signing secret can be read. */
    private void assertSends(int webhook) {
        int before = receiver.requests().size();
        posel.client().accept("{\"type\":\"a" + webhook + "\",\"entity\":{\"type\":\"a\",\"id\":\"1\"},\"data\":{}}");
        await().atMost(Duration.ofSeconds(30)).until(() -> receiver.requests().size() > before);
        assertThat(receiver.requests().get(before).target()).isEqualTo("/?key=topsecret" + webhook);
        assertThat(receiver.requests().get(before).header("webhook-signature")).isPresent();
    }

    private int rotate() {
        return posel.launch("rotate-key").await();
    }

    @Test
    @DisplayName("S9: a key in the data directory is replaced, and everything can still be read")
    void aKeyInAFile() throws IOException {
        posel = JarPosel.on(TestDatabase.H2, home).start();
        define(1);
        posel.stop();
        Path file = home.resolve("data/secret-key");
        String before = Files.readString(file);
        assertThat(Files.readString(home.resolve("data/posel.mv.db"), ISO_8859_1))
                .doesNotContain("topsecret", "whsec_");

        assertThat(rotate()).isZero();

        assertThat(Files.readString(posel.log()))
                .contains("are encrypted with the new key ", "It stands in " + file + ".\n");
        assertThat(Files.readString(file)).isNotEqualTo(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        posel.start();
        assertSends(0);
        assertThat(posel.client().get("/api/audit?limit=1").text())
                .contains("\"who\":\"rotate-key\",\"action\":\"key-rotated\"");
        posel.stop();

        Files.writeString(file, before);
        assertThat(posel.launch().await()).as("a start with the old key").isEqualTo(1);
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    @DisplayName("S9: a key in a setting gives way to the one in another setting, on PostgreSQL too")
    void aKeyInASetting() throws IOException {
        posel = JarPosel.on(TestDatabase.POSTGRESQL, home)
                .with("POSEL_SECRET_KEY", OLD)
                .with("POSEL_SECRET_KEY_NEW", NEW)
                .start();
        define(1);
        try (JarPosel second = posel.another()) {
            assertThat(second.launch("rotate-key").await())
                    .as("while another one runs")
                    .isEqualTo(1);
        }
        assertThat(Files.readString(posel.log()))
                .contains("Posel cannot rotate the key: another Posel runs on jdbc:postgresql:");
        assertSends(0);
        posel.stop();

        assertThat(rotate()).isZero();
        assertThat(Files.readString(posel.log())).doesNotContain(OLD, NEW);

        posel.with("POSEL_SECRET_KEY_NEW", "").with("POSEL_SECRET_KEY", NEW).start();
        assertSends(0);
        assertThat(home.resolve("data/secret-key")).doesNotExist();
    }

    @Test
    @DisplayName("S9: a rotation that is killed leaves everything readable, with whichever key")
    void killed() {
        posel = JarPosel.on(TestDatabase.H2, home).start();
        define(100);
        posel.stop();
        Random random = new Random(7);
        for (int round = 0; round < 4; round++) {
            posel.launch("rotate-key");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500 + random.nextInt(1_500)));
            posel.kill();
        }

        posel.start();

        assertThat(posel.client().get("/api/webhooks?limit=200").all("items", "signed"))
                .hasSize(100)
                .containsOnly("true");
        assertSends(0);
        assertSends(99);
    }
}
