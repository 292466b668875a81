package io.posel.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The jar's classes as the JVM likes to have them (application class-data sharing, JEP 310 and 350): with the first
 * compiler alone a start then takes half of the time. Made by one start of the jar, beside it, for all tests.
 */
public final class ClassArchive {
    private ClassArchive() {}

    public static synchronized Path of(Path jar) {
        Path archive = jar.resolveSibling("posel-" + System.getProperty("java.vm.version") + ".jsa");
        try (FileChannel lock = FileChannel.open(
                jar.resolveSibling("posel.jsa.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock(); // until it is closed: other JVMs run tests too
            if (!Files.exists(archive)
                    || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) < 0) {
                make(archive);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive;
    }

    private static void make(Path archive) throws IOException {
        Path home = Files.createTempDirectory("posel-archive");
        Path made = home.resolve("posel.jsa");
        try (JarPosel posel = JarPosel.on(TestDatabase.H2, home).withOption("-XX:ArchiveClassesAtExit=" + made)) {
            posel.start().stop();
        }
        Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING); // nobody looks while this has the lock
        try (Stream<Path> left = Files.walk(home)) {
            for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
