package io.posel.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * A disk with a cache that loses its power: what H2 writes it reads again at once, but only what it forced is sure to be
 * there afterwards. {@code kill -9} cannot show this, since the cache of the operating system outlives the process.
 *
 * <p>Two folders: one as the program sees it, and the platter, which gets what is forced until the power goes. The
 * program itself goes on and knows nothing of it (H2 does not survive a failing disk in one process with its
 * successor), so whoever uses this counts only answers given while {@link #isOff} was false. Creating and deleting a
 * file is durable at once.
 */
public final class ForgetfulDisk implements AutoCloseable {

    /** What becomes of the writes that were not forced when the power goes. */
    public enum Loss {
        /** All are lost. */
        EVERYTHING(0),
        /** Each is lost or not, whatever the order. */
        WRITES(Integer.MAX_VALUE),
        /** Each page of each is lost or not, whatever the order. */
        PAGES(4096),
        /** Each sector of each is lost or not, whatever the order. */
        SECTORS(512);

        private final int piece;

        Loss(int piece) {
            this.piece = piece;
        }
    }

    private static final String SCHEME = "forgetful";
    private static final Map<String, ForgetfulDisk> DISKS = new ConcurrentHashMap<>();

    static {
        FilePath.register(new ForgetfulPath());
    }

    private final Path folder;
    private final Path platter;
    private final Map<String, Cache> caches = new HashMap<>();
    private final CompletableFuture<Void> off = new CompletableFuture<>();
    private long callsLeft = Long.MAX_VALUE;

    private ForgetfulDisk(Path folder, Path platter) {
        this.folder = folder;
        this.platter = platter;
    }

    /** @param files what is on it at first; its files are copied */
    public static ForgetfulDisk with(Path files, Path folder) throws IOException {
        ForgetfulDisk disk = new ForgetfulDisk(folder.resolve("seen"), folder.resolve("platter"));
        for (Path copy : List.of(disk.folder, disk.platter)) {
            Files.createDirectories(copy);
            try (Stream<Path> each = Files.list(files)) {
                for (Path file : each.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
        }
        DISKS.put(disk.folder.toString(), disk);
        return disk;
    }

    /** Of an H2 database on this disk. */
    public String url(String database) {
        return "jdbc:h2:" + SCHEME + ":" + folder.resolve(database);
    }

    /** The power goes at the n-th of the writes and forces from now on. */
    public synchronized void losePowerAt(int n) {
        callsLeft = n;
    }

    /** Is completed when the power has gone. */
    public CompletableFuture<Void> off() {
        return off;
    }

    public boolean isOff() {
        return off.isDone();
    }

    /** After the power has gone: the folder with what is left. */
    public synchronized Path remains(Loss loss, RandomGenerator chance) throws IOException {
        losePower();
        for (Cache cache : caches.values()) {
            cache.keepSome(loss, chance);
            cache.changes.clear();
        }
        return platter;
    }

    @Override
    public void close() {
        losePower();
        DISKS.remove(folder.toString());
    }

    private void losePower() {
        off.complete(null);
    }

    private void change(Cache cache, Change change) {
        if (!isOff()) {
            cache.changes.add(change);
            countDown();
        }
    }

    private void countDown() {
        if (--callsLeft == 0) {
            losePower();
        }
    }

    private synchronized FileChannel open(FilePath file, String mode) throws IOException {
        Cache cache = caches.computeIfAbsent(file.getName(), name -> new Cache(platter.resolve(name)));
        return new ForgetfulChannel(file.open(mode), cache);
    }

    private sealed interface Change {}

    private record Written(long position, byte[] bytes) implements Change {
        /** In pieces that do not cross a multiple of this size in the file. */
        List<Written> pieces(int size) {
            List<Written> pieces = new ArrayList<>();
            for (int from = 0; from < bytes.length; ) {
                int length = (int) Math.min(size - (position + from) % size, bytes.length - from);
                byte[] piece = new byte[length];
                System.arraycopy(bytes, from, piece, 0, length);
                pieces.add(new Written(position + from, piece));
                from += length;
            }
            return pieces;
        }
    }

    private record Truncated(long size) implements Change {}

    /** The changes of a file that the platter does not have yet. */
    private static final class Cache {
        private final Path file;
        private final List<Change> changes = new ArrayList<>();

        Cache(Path file) {
            this.file = file;
        }

        void force() throws IOException {
            try (FileChannel target = target()) {
                for (Change change : changes) {
                    apply(change, target);
                }
            }
            changes.clear();
        }

        void keepSome(Loss loss, RandomGenerator chance) throws IOException {
            if (loss == Loss.EVERYTHING) {
                return;
            }
            try (FileChannel target = target()) {
                for (Change change : changes) {
                    List<? extends Change> pieces =
                            change instanceof Written written ? written.pieces(loss.piece) : List.of(change);
                    for (Change piece : pieces) {
                        if (chance.nextBoolean()) {
                            apply(piece, target);
                        }
                    }
                }
            }
        }

        private FileChannel target() throws IOException {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }

        private static void apply(Change change, FileChannel target) throws IOException {
            if (change instanceof Written written) {
                ByteBuffer bytes = ByteBuffer.wrap(written.bytes);
                while (bytes.hasRemaining()) {
                    target.write(bytes, written.position + bytes.position());
                }
            } else if (change instanceof Truncated truncated) {
                target.truncate(truncated.size);
            }
        }
    }

    private final class ForgetfulChannel extends FileBaseDefault {
        private final FileChannel seen;
        private final Cache cache;

        ForgetfulChannel(FileChannel seen, Cache cache) {
            this.seen = seen;
            this.cache = cache;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return seen.read(target, position);
        }

        /** The write during which the power goes may reach the platter, in part. */
        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            byte[] bytes = new byte[source.remaining()];
            source.duplicate().get(bytes);
            synchronized (ForgetfulDisk.this) {
                change(cache, new Written(position, bytes));
                return seen.write(source, position);
            }
        }

        @Override
        protected void implTruncate(long size) throws IOException {
            synchronized (ForgetfulDisk.this) {
                change(cache, new Truncated(size));
                seen.truncate(size);
            }
        }

        @Override
        public void force(boolean metaData) throws IOException {
            synchronized (ForgetfulDisk.this) {
                if (!isOff()) {
                    countDown();
                }
                if (!isOff()) {
                    cache.force();
                }
            }
        }

        @Override
        public long size() throws IOException {
            return seen.size();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return seen.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            seen.close();
        }
    }

    /** Made by H2 itself, one for each path that it meets; must be public for that. */
    public static final class ForgetfulPath extends FilePathWrapper {
        @Override
        public String getScheme() {
            return SCHEME;
        }

        @Override
        public FileChannel open(String mode) throws IOException {
            FilePath file = getBase();
            ForgetfulDisk disk = DISKS.get(file.getParent().toString());
            if (disk == null) {
                throw new IOException("there is no disk at " + file.getParent());
            }
            return disk.open(file, mode);
        }
    }
}
