package io.posel;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** Whether the system lets this process open as many files and connections as its settings permit. */
final class OpenFiles {
    /** The jar, the database with its connections, files that are read, and what the JVM opens. */
    private static final int OWN = 100;

    private OpenFiles() {}

    /** A sentence for the log; empty if there are enough, or if the system does not tell. */
    static Optional<String> warning(Settings settings) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? warning(settings, system.getMaxFileDescriptorCount())
                : Optional.empty();
    }

    static Optional<String> warning(Settings settings, long limit) {
        long needed = OWN
                + settings.number("posel.http.connections", 10, 100_000)
                + settings.number("posel.delivery.threads", 1, 10_000);
        return limit < 0 || limit >= needed
                ? Optional.empty()
                : Optional.of(
                        "This process may open %d files, but its connections may need %d: when they are used up, callers are not answered and deliveries fail. Raise the limit (ulimit -n, LimitNOFILE), or lower POSEL_HTTP_CONNECTIONS and POSEL_DELIVERY_THREADS"
                                .formatted(limit, needed));
    }
}
