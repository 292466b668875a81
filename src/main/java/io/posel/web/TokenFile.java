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
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/**
 * A token kept in a file that only its owner may read (mode 0600, where the file system knows modes). The file is
 * complete or not there: it is written under another name and moved. One process per data directory is assumed.
 */
public final class TokenFile {
    private final Path path;
    private final String setting;
    private final SecureRandom random;

    /** @param setting the setting that replaces the file, for messages */
    public TokenFile(Path path, String setting, SecureRandom random) {
        this.path = path;
        this.setting = setting;
        this.random = random;
    }

    public Path path() {
        return path;
    }

    /**
     * The token in the file; if there is no file, a new one of 32 random bytes as base64url without padding.
     *
     * @throws IllegalStateException if the file cannot be read or written, or holds no usable token; the message names
     *     the file and never the token
     */
    public String token() {
        try {
            if (Files.notExists(path)) {
                create();
            }
            return usable(Files.readString(path, StandardCharsets.US_ASCII).strip());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the token file " + path + " cannot be read or written (" + e + "); set " + setting
                            + " or make it accessible",
                    e);
        }
    }

    private String usable(String token) {
        if (token.isEmpty()) {
            throw unusable("is empty");
        }
        if (!token.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw unusable("does not hold one token of visible ASCII characters");
        }
        return token;
    }

    private IllegalStateException unusable(String what) {
        return new IllegalStateException(
                "the token file " + path + " " + what + "; delete it to have a new token generated, or set " + setting);
    }

    private void create() throws IOException {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Path directory = path.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path part = Files.createTempFile(directory, path.getFileName().toString(), ".part", ownerOnly(directory));
        try {
            try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
                out.write(ByteBuffer.wrap((token + "\n").getBytes(StandardCharsets.US_ASCII)));
                out.force(true);
            }
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path directory) {
        Set<String> views = directory.getFileSystem().supportedFileAttributeViews();
        return views.contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
