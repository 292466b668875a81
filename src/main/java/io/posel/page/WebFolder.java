package io.posel.page;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The page's own files: all that stands in {@code web/} of the jar, or of the folder of classes. */
final class WebFolder {
    private static final String FOLDER = "web/";
    private static final String ANCHOR = "/web/index.html";

    private WebFolder() {}

    /** By their names, without that of the folder. */
    static Map<String, byte[]> read() throws IOException {
        URL anchor = Objects.requireNonNull(WebFolder.class.getResource(ANCHOR), ANCHOR);
        return anchor.openConnection() instanceof JarURLConnection connection
                ? inJar(connection.getJarFile())
                : inFolder(Path.of(URI.create(anchor.toString())).getParent());
    }

    private static Map<String, byte[]> inJar(JarFile jar) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
            if (entry.getName().startsWith(FOLDER) && !entry.isDirectory()) {
                try (InputStream in = jar.getInputStream(entry)) {
                    contents.put(entry.getName().substring(FOLDER.length()), in.readAllBytes());
                }
            }
        }
        return contents;
    }

    private static Map<String, byte[]> inFolder(Path folder) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                contents.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        return contents;
    }
}
