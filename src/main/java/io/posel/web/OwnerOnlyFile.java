package io.posel.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * One line of text in a file that only its owner may read (mode 0600, where the file system knows modes). The file is
 * complete or not there: it is written under another name and moved, and on disk when {@link #write} returns.
 */
public final class OwnerOnlyFile {
    private static final String MODE = "rw-------";

    private final Path path;

    public OwnerOnlyFile(Path path) {
        this.path = path;
    }

    public Path path() {
        return path;
    }

    public boolean exists() {
        return !Files.notExists(path);
    }

    /** Without the blanks around it. */
    public String read() throws IOException {
        return Files.readString(path, StandardCharsets.US_ASCII).strip();
    }

    /** In place of what is there. */
    public void write(String line) throws IOException {
        Path directory = directory();
        Files.createDirectories(directory);
        Path part = Files.createTempFile(directory, path.getFileName().toString(), ".part", ownerOnly(directory));
        try {
            try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
                out.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
                out.force(true);
            }
            move(part, path);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Puts it in the place of another one of the same directory. */
    public void replace(OwnerOnlyFile other) throws IOException {
        move(path, other.path);
    }

    private void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        if (isPosix(directory())) { // elsewhere a directory cannot be opened
            try (FileChannel directory = FileChannel.open(directory(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        }
    }

    private Path directory() {
        return path.toAbsolutePath().getParent();
    }

    /** Takes away from others than the owner what they may do with a file that is there. */
    public static void restrict(Path file) throws IOException {
        if (isPosix(file) && Files.exists(file)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(MODE));
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path directory) {
        return isPosix(directory)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE))}
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path directory) {
        Set<String> views = directory.getFileSystem().supportedFileAttributeViews();
        return views.contains("posix");
    }
}
