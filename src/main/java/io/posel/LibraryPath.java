package io.posel;

import java.io.File;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Puts the jars in the home's {@code lib/} on the class path, before anything else runs: JDBC drivers, and an
 * engineer's beans, processors and route builders. The JVM calls it because the manifest names it as
 * {@code Launcher-Agent-Class}, the one way to lengthen the class path of {@code java -jar}.
 */
public final class LibraryPath {
    private LibraryPath() {}

    public static void agentmain(String arguments, Instrumentation instrumentation) {
        try {
            for (JarFile jar : open(jars(Home.of(System.getenv())))) {
                instrumentation.appendToSystemClassLoaderSearch(jar);
            }
        } catch (IOException e) {
            // thrown, it would end the JVM with a stack trace instead
            System.err.println("Posel cannot start: " + e.getMessage());
            Runtime.getRuntime().halt(1);
        }
    }

    /** @throws IOException that names the jar which cannot be read */
    static List<JarFile> open(List<Path> paths) throws IOException {
        List<JarFile> jars = new ArrayList<>();
        for (Path path : paths) {
            try {
                jars.add(new JarFile(path.toFile()));
            } catch (IOException e) {
                throw new IOException(path + " is not a readable jar: " + e.getMessage(), e);
            }
        }
        return jars;
    }

    /** The jars in the home's {@code lib/}, by name. */
    static List<Path> jars(Path home) throws IOException {
        File lib = home.resolve("lib").toFile();
        if (!lib.isDirectory()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(lib.toPath())) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }
}
