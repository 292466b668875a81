package io.posel;

import io.posel.event.EventTypeFiles;
import io.posel.event.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The command {@code check}: would Posel start with these settings, event types and routes? Opens no port and no
 * database, and leaves nothing behind. Not promised: that the database answers, or that the port is free.
 *
 * @param wrong what is wrong, one message with file and line or setting for each area; empty if all is right
 * @param routes where the routes came from
 */
record Check(List<String> wrong, String routes) {

    static Check of(Path home, Map<String, String> environment, InstantSource clock) {
        List<String> wrong = new ArrayList<>();
        try {
            eventTypes(home);
        } catch (InvalidFileException e) {
            wrong.add(String.valueOf(e.getMessage()));
        }
        String routes = "";
        try {
            routes = routes(Settings.load(home, environment), clock);
        } catch (StartFailedException | InvalidSettingException | IllegalStateException e) {
            wrong.add(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            wrong.add("a temporary folder is needed: " + e);
        }
        return new Check(List.copyOf(wrong), routes);
    }

    private static void eventTypes(Path home) {
        Path folder = home.resolve("config/event-types");
        if (Files.isDirectory(folder)) {
            EventTypeFiles.load(folder);
        }
    }

    /** With the data elsewhere, so that a Posel that runs on the real data is not disturbed. */
    private static String routes(Settings settings, InstantSource clock) throws IOException {
        settings.check();
        Path data = Files.createTempDirectory("posel-check-");
        try (Application application =
                new Application(settings.with("posel.data-dir", data.toString()).with("posel.db.url", ""), clock)) {
            return application.check();
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
