package io.posel.bench;

import io.posel.testing.PoselClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The real jar as users run it, with 512 MB. */
final class PoselProcess implements AutoCloseable {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

    private final Jvm jvm;
    private final ChildProcess child;
    private final Store store;
    private final int port;

    private PoselProcess(Jvm jvm, ChildProcess child, Store store, int port) {
        this.jvm = jvm;
        this.child = child;
        this.store = store;
        this.port = port;
    }

    /** Ready. {@code -Dbench.java="…"} gives its JVM more arguments, such as those of the flight recorder. */
    static PoselProcess start(Jvm jvm, Path folder, Store store, Map<String, String> settings) throws IOException {
        int port = freePort();
        Map<String, String> environment = new HashMap<>();
        // one database, several processes with folders of their own
        environment.put("POSEL_SECRET_KEY", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=");
        environment.put("POSEL_DATA_DIR", folder.resolve("data").toString());
        environment.putAll(store.environment());
        environment.put("POSEL_HTTP_PORT", String.valueOf(port));
        environment.put("POSEL_ADMIN_TOKEN", PoselClient.ADMIN_TOKEN);
        environment.put("POSEL_INTAKE_TOKEN", PoselClient.INTAKE_TOKEN);
        environment.put("POSEL_DELIVERY_ALLOW", "127.0.0.0/8");
        environment.putAll(settings);
        List<String> arguments = new java.util.ArrayList<>(List.of("-Xmx512m"));
        String more = System.getProperty("bench.java", "");
        if (!more.isBlank()) {
            arguments.addAll(List.of(more.split(" ")));
        }
        arguments.addAll(List.of(
                "-jar",
                Path.of(System.getProperty("posel.jar", "target/posel.jar"))
                        .toAbsolutePath()
                        .toString()));
        ChildProcess child = ChildProcess.java(jvm, folder, folder.resolve("posel.log"), false, environment, arguments);
        PoselProcess posel = new PoselProcess(jvm, child, store, port);
        posel.awaitReady(folder.resolve("posel.log"));
        return posel;
    }

    private void awaitReady(Path log) {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/observe/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        Awaitility.await("Posel is ready").atMost(Duration.ofSeconds(90)).until(() -> {
            if (!child.process().isAlive()) {
                throw new IllegalStateException("Posel ended: " + Files.readString(log));
            }
            try {
                return http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
            } catch (IOException e) {
                return false;
            }
        });
    }

    PoselClient client() {
        return new PoselClient(port);
    }

    int port() {
        return port;
    }

    Duration cpu() {
        return child.cpu();
    }

    /** {@link ChildProcess#awaitQuiet} */
    void awaitQuiet() {
        child.awaitQuiet();
    }

    void enable(String webhookId, boolean enabled) {
        var answer = client().patch("/api/webhooks/" + webhookId, "{\"enabled\":" + enabled + "}");
        if (answer.status() != 200) {
            throw new IllegalStateException("not switched: " + answer);
        }
    }

    /** Until nothing of these webhooks is queued any more, so that every outcome is on disk. */
    void awaitSettled(String webhookId) {
        Awaitility.await("all is settled")
                .atMost(LONG)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(store.isServer() ? 10 : 50))
                .until(() -> isSettled(webhookId));
    }

    private boolean isSettled(String webhookId) throws SQLException {
        if (store.isServer()) {
            return store.number(
                            "select count(*) from delivery where pos is not null and webhook_id = '" + webhookId + "'")
                    == 0;
        }
        var answer = client().get("/api/deliveries?state=queued&limit=1&webhook=" + webhookId);
        if (answer.status() != 200) {
            throw new IllegalStateException("no log: " + answer);
        }
        return !answer.text().contains("\"queued\"");
    }

    /** Megabytes that live objects take, counted while all threads stand: at once after it there would be garbage again. */
    double heapAfterGc() throws IOException, InterruptedException {
        Matcher total = TOTAL.matcher(jcmd("GC.class_histogram"));
        return total.find() ? Long.parseLong(total.group(1)) / (1024.0 * 1024) : Double.NaN;
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        jvm.jcmd().toString(), String.valueOf(child.process().pid()), command)
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        jcmd.waitFor();
        return said;
    }

    @Override
    public void close() {
        child.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
