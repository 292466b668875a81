package io.posel.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The executable jar as a process of its own, for tests that kill it or change the files beside it. */
public final class JarPosel implements AutoCloseable {
    private final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private final int port;
    private @Nullable Path otherJava;
    private @Nullable String option;
    private String heap = "256m";
    private List<String> wrapper = List.of();
    private Process process;

    private JarPosel(Path home) {
        this.home = home;
        this.port = Ports.free();
    }

    public static JarPosel on(TestDatabase database, Path home) {
        JarPosel posel = new JarPosel(home);
        posel.environment.putAll(database.create(home.resolve("data")));
        posel.environment.putAll(RunningPosel.testSettings());
        posel.environment.put("POSEL_HTTP_PORT", String.valueOf(posel.port));
        posel.environment.put("POSEL_HOME", home.toString());
        return posel;
    }

    public JarPosel with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** A second process on the same database, data and port, not started. */
    public JarPosel another() {
        JarPosel second = new JarPosel(home);
        second.environment.putAll(environment);
        return second;
    }

    /** Another Java than that of the tests, by its home. */
    public JarPosel on(Path javaHome) {
        otherJava = javaHome;
        return this;
    }

    /** @param most what follows {@code -Xmx} */
    public JarPosel withHeap(String most) {
        heap = most;
        return this;
    }

    /** Started by a command that becomes it, such as {@code prlimit}. */
    public JarPosel under(String... command) {
        wrapper = List.of(command);
        return this;
    }

    /** In place of the one that makes starts faster. */
    JarPosel withOption(String jvmOption) {
        option = jvmOption;
        return this;
    }

    /** Copies the project's routes beside the jar's data, for a test to change before the start. */
    public Path copyRoutes() {
        try {
            return RunningPosel.copyRoutes(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path log() {
        return home.resolve("posel.log");
    }

    /** Starts and waits until it is ready. */
    public JarPosel start() {
        launch();
        try {
            return awaitReady();
        } catch (RuntimeException e) {
            close(); // a test that has not got it cannot end it
            throw e;
        }
    }

    public JarPosel awaitReady() {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/observe/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        Awaitility.await("Posel is ready").atMost(Duration.ofSeconds(60)).until(() -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("Posel ended: " + Files.readString(log()));
            }
            try {
                return http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
            } catch (IOException e) {
                return false;
            }
        });
        return this;
    }

    /** Starts and does not wait. */
    public JarPosel launch(String... words) {
        Path jar = Path.of(System.getProperty("posel.jar", "target/posel.jar")).toAbsolutePath();
        Path java = otherJava == null ? Path.of(System.getProperty("java.home")) : otherJava;
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
                java.resolve("bin/java").toString(),
                "-Xmx" + heap,
                "-XX:TieredStopAtLevel=1")); // half the processor time of a start
        if (option != null) {
            command.add(option);
        } else if (otherJava == null) {
            command.add("-XX:SharedArchiveFile=" + ClassArchive.of(jar));
        }
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public PoselClient client() {
        return new PoselClient(port);
    }

    public int port() {
        return port;
    }

    public Vitals vitals() {
        return new Vitals(process.pid());
    }

    /** {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        await();
    }

    /** {@code kill -STOP} and the like. */
    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** SIGTERM. @return the exit code */
    public int stop() {
        process.destroy();
        return await();
    }

    /** @return the exit code */
    public int await() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Posel does not end");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            kill();
        }
    }
}
