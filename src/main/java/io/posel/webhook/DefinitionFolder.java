package io.posel.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds definitions as {@code *.yaml} files. Each look reads all of it, so that a change is seen whatever
 * the times of files say: a config map whose link is turned, a copy that keeps times, a clock that is coarse.
 *
 * <p>Files whose name begins with a dot (editors' and config maps' own), other files and folders are left alone.
 */
public final class DefinitionFolder {
    private static final int MAX_FILES = 1_000;
    private static final int MAX_FILE_BYTES = 512 * 1024;
    private static final int MAX_BYTES = 16 * 1024 * 1024;
    private static final int MAX_NAME = 100;

    private final Path folder;

    public DefinitionFolder(Path folder) {
        this.folder = folder;
    }

    /** What the folder held. A file that cannot be read is there all the same, with the reason. */
    public sealed interface Entry {
        /** Of the file; empty for the folder as a whole. */
        String name();
    }

    /** @param digest SHA-256 */
    record Text(String name, byte[] bytes, String digest) implements Entry {}

    record Unreadable(String name, String reason) implements Entry {}

    /**
     * The folder at one moment, as far as files that are written meanwhile allow it.
     *
     * @param exists whether there is such a folder
     * @param entries by name
     * @param digest of all of it: two looks with the same digest saw the same
     */
    public record Contents(boolean exists, List<Entry> entries, String digest) {
        public Contents {
            entries = List.copyOf(entries);
        }
    }

    /** Never fails: what is wrong is in the answer. */
    public Contents look() {
        if (!Files.exists(folder)) {
            return contents(false, List.of());
        }
        List<Entry> entries = new ArrayList<>();
        int room = MAX_BYTES;
        try {
            for (Path path : files()) {
                Entry entry = entries.size() < MAX_FILES ? read(path, room) : tooMany();
                room -= entry instanceof Text text ? text.bytes.length : 0;
                entries.add(entry);
            }
        } catch (IOException e) {
            return contents(true, List.of(new Unreadable("", "The folder cannot be read: " + reason(e) + ".")));
        }
        return contents(true, entries);
    }

    private static Entry tooMany() {
        return new Unreadable("", "There are more than " + MAX_FILES + " files; remove some.");
    }

    /** By name; one more than are allowed, if there are more. */
    private List<Path> files() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(path -> isMeant(path.getFileName().toString()))
                    .limit(MAX_FILES + 1L)
                    .sorted()
                    .toList();
        }
    }

    private static boolean isMeant(String name) {
        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml"));
    }

    private static Entry read(Path path, int room) {
        String name = path.getFileName().toString();
        if (name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            return new Unreadable(
                    name.replaceAll("\\p{Cc}", "?"),
                    "The name of a file has at most " + MAX_NAME + " characters and no control characters; rename it.");
        } else if (name.endsWith(".yml")) {
            return new Unreadable(name, "The name of a definition ends with .yaml; rename the file.");
        } else if (!Files.isRegularFile(path)) {
            return new Unreadable(name, "This is not a file that can be read; remove it.");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(Math.min(MAX_FILE_BYTES, room) + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                return new Unreadable(name, "A file has at most " + MAX_FILE_BYTES + " bytes; make it smaller.");
            } else if (bytes.length > room) {
                return new Unreadable(name, "All files have at most " + MAX_BYTES + " bytes; make them smaller.");
            }
            return new Text(name, bytes, hex(sha256().digest(bytes)));
        } catch (IOException e) {
            return new Unreadable(name, "The file cannot be read: " + reason(e) + ".");
        }
    }

    /** Without the path, which the message begins with. */
    private static String reason(IOException e) {
        return e.getClass().getSimpleName().replace("Exception", "");
    }

    private static Contents contents(boolean exists, List<Entry> entries) {
        MessageDigest all = sha256();
        all.update((byte) (exists ? 1 : 0));
        for (Entry entry : entries) {
            add(all, entry.name());
            add(all, entry instanceof Text text ? text.digest : ((Unreadable) entry).reason);
        }
        return new Contents(exists, entries, hex(all.digest()));
    }

    private static void add(MessageDigest all, @Nullable String text) {
        all.update(String.valueOf(text).getBytes(StandardCharsets.UTF_8));
        all.update((byte) 0);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
