package io.posel.bench;

import io.posel.json.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Where and when figures were taken, and with what. */
record Machine(
        Instant begun,
        int cores,
        double memoryGb,
        String system,
        String fileSystem,
        double load,
        String jdk,
        String postgres,
        double scale,
        int rounds) {
    static Machine here(Instant begun, Path folder, Jvm jvm, String postgres, double scale, int rounds)
            throws IOException {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                begun,
                system.getAvailableProcessors(),
                system instanceof com.sun.management.OperatingSystemMXBean more
                        ? more.getTotalMemorySize() / 1e9
                        : Double.NaN,
                system.getName() + " " + system.getVersion() + " " + system.getArch(),
                Files.getFileStore(folder).type(),
                system.getSystemLoadAverage(),
                jvm.version(),
                postgres,
                scale,
                rounds);
    }

    List<String> lines() {
        return List.of(
                "begun: " + begun,
                String.format(
                        Locale.ROOT,
                        "machine: %d cores, %.0f GB, %s, file system %s",
                        cores,
                        memoryGb,
                        system,
                        fileSystem),
                "JDK of Posel and of the bare loop: " + jdk,
                "PostgreSQL: " + postgres + ", fsync on; H2 embedded, synced at each commit",
                String.format(Locale.ROOT, "load at the start: %.2f", load),
                String.format(Locale.ROOT, "scale %.2f, medians of at most %d rounds in turn", scale, rounds));
    }

    Json json() {
        return Json.object(
                "cores", cores,
                "memoryGb", Math.round(memoryGb),
                "system", system,
                "fileSystem", fileSystem,
                "loadAtStart", load,
                "postgresql", postgres);
    }
}
