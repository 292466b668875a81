package io.posel.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The JDK that Posel and the bare loop run on, which need not be that of the build. */
record Jvm(Path home) {
    /** {@code -Dbench.jdk=…}, or that of the build where this is not set. */
    static Jvm ofSettings() {
        String set = System.getProperty("bench.jdk", "");
        Jvm jvm = new Jvm(Path.of(set.isBlank() ? System.getProperty("java.home") : set));
        if (!Files.isExecutable(jvm.java())) {
            throw new IllegalArgumentException("bench.jdk: there is no " + jvm.java());
        }
        return jvm;
    }

    Path java() {
        return home.resolve("bin").resolve("java");
    }

    Path jcmd() {
        return home.resolve("bin").resolve("jcmd");
    }

    /** What {@code java -version} says, in one line. */
    String version() throws IOException {
        Process process = new ProcessBuilder(java().toString(), "-version")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        return said.lines().filter(line -> !line.startsWith("Picked up")).collect(Collectors.joining(", "));
    }
}
