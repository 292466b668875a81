package io.posel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The command {@code check}: would Posel start with these settings, event types, routes and webhooks in files? Opens no
 * port and no database, and leaves nothing behind. Not promised: that the database answers, or that the port is free.
 */
final class Check {
    private final Settings settings;
    private final InstantSource clock;
    private final List<String> warnings = new ArrayList<>();

    Check(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * @return where the routes came from
     * @throws StartFailedException or what else a start would throw, for the first thing that is wrong; the message names
     *     file and line, or the setting
     */
    String run() {
        settings.check();
        warnings.addAll(settings.warnings());
        try {
            return routes();
        } catch (IOException e) {
            throw new StartFailedException("a temporary folder is needed: " + e, e);
        }
    }

    /** What will probably not work as meant, with file and line, once it has run. */
    List<String> warnings() {
        return warnings;
    }

    /** With the data elsewhere, so that a Posel that runs on the real data is not disturbed. */
    private String routes() throws IOException {
        Path data = Files.createTempDirectory("posel-check-");
        try (Application application =
                new Application(settings.with("posel.data-dir", data.toString()).with("posel.db.url", ""), clock)) {
            return application.check(warnings::add);
        } finally {
            delete(data);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
