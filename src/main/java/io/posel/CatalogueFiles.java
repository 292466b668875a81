package io.posel;

import io.posel.event.EventTypeFiles;
import io.posel.event.EventTypes;
import io.posel.event.InvalidFileException;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/** The catalogue's files: the home's {@code config/event-types} as a whole, or else the jar's own. */
final class CatalogueFiles {
    private static final String FOLDER = "event-types";
    /** A file beside the folder; folders themselves need not be in a jar. */
    private static final String NEIGHBOUR = "/posel/config/application.properties";

    private CatalogueFiles() {}

    /** @throws StartFailedException with file and line of what is wrong */
    static EventTypes load(Path home) {
        Path folder = home.resolve("config").resolve(FOLDER);
        try {
            return Files.isDirectory(folder) ? EventTypeFiles.load(folder) : builtIn();
        } catch (InvalidFileException e) {
            throw new StartFailedException(String.valueOf(e.getMessage()), e);
        } catch (IOException | URISyntaxException e) {
            throw new StartFailedException("the event types in the jar cannot be read: " + e, e);
        }
    }

    private static EventTypes builtIn() throws IOException, URISyntaxException {
        URL neighbour = CatalogueFiles.class.getResource(NEIGHBOUR);
        if (neighbour == null) {
            throw new IOException("there is no " + NEIGHBOUR);
        }
        URLConnection connection = neighbour.openConnection();
        if (!(connection instanceof JarURLConnection inJar)) {
            return EventTypeFiles.load(Path.of(neighbour.toURI()).resolveSibling(FOLDER));
        }
        try (FileSystem jar =
                FileSystems.newFileSystem(Path.of(inJar.getJarFileURL().toURI()))) {
            return EventTypeFiles.load(jar.getPath(NEIGHBOUR).resolveSibling(FOLDER));
        }
    }
}
