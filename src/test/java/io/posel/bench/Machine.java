package io.posel.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/** Where figures were taken. */
final class Machine {
    private Machine() {}

    static List<String> describe(Path folder, String postgres, double scale, int rounds) throws IOException {
        var system = ManagementFactory.getOperatingSystemMXBean();
        double memory = system instanceof com.sun.management.OperatingSystemMXBean more
                ? more.getTotalMemorySize() / 1e9
                : Double.NaN;
        return List.of(
                "date: " + LocalDate.now(ZoneOffset.UTC),
                String.format(
                        Locale.ROOT,
                        "machine: %d cores, %.0f GB, %s %s, file system %s",
                        system.getAvailableProcessors(),
                        memory,
                        system.getName(),
                        system.getArch(),
                        Files.getFileStore(folder).type()),
                "JDK: " + Runtime.version() + ", " + System.getProperty("java.vendor"),
                "PostgreSQL: " + postgres + ", fsync on; H2 embedded, synced at each commit",
                String.format(Locale.ROOT, "load at the start: %.2f", system.getSystemLoadAverage()),
                String.format(Locale.ROOT, "scale %.2f, median of %d rounds in turn", scale, rounds));
    }
}
