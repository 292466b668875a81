package io.posel;

import io.posel.store.EncryptionKey;
import io.posel.store.KeySource;
import io.posel.web.OwnerOnlyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The key of the secrets in the database: from the settings, or else from the file {@code secret-key} in the data
 * directory, which is made at the first start.
 *
 * <p>During a rotation there are two, and either may be the right one if it was interrupted: the new one stands in a
 * setting or in the file {@code secret-key.new}, which takes the place of the other when the database has it. A file that
 * the database needs is never replaced.
 */
final class SecretKeys implements KeySource {
    static final String SETTING = "posel.secret-key";
    static final String NEW_SETTING = "posel.secret-key-new";

    private static final String VARIABLE = Settings.environmentName(SETTING);
    private static final String NEW_VARIABLE = Settings.environmentName(NEW_SETTING);

    private final @Nullable EncryptionKey given;
    private final @Nullable EncryptionKey givenNew;
    private final OwnerOnlyFile file;
    private final OwnerOnlyFile newFile;
    private final SecureRandom random;

    /** Reads the settings and no file yet. */
    SecretKeys(Settings settings, SecureRandom random) {
        Path data = settings.path("posel.data-dir");
        this.given = settings.secretKey(SETTING).orElse(null);
        this.givenNew = settings.secretKey(NEW_SETTING).orElse(null);
        this.file = new OwnerOnlyFile(data.resolve("secret-key"));
        this.newFile = new OwnerOnlyFile(data.resolve("secret-key.new"));
        this.random = random;
    }

    @Override
    public EncryptionKey first() {
        if (given != null) {
            return given;
        }
        Optional<EncryptionKey> kept = read(file);
        if (kept.isPresent()) {
            return kept.get();
        }
        EncryptionKey key = EncryptionKey.random(random);
        write(file, key);
        return key;
    }

    /**
     * The one that a Posel with these settings uses, unless a rotation was interrupted. Writes nothing.
     *
     * @throws StartFailedException if there is none yet
     */
    EncryptionKey existing() {
        if (given != null) {
            return given;
        }
        return read(file)
                .orElseThrow(() -> new StartFailedException(
                        "there is no key: " + file.path() + " is missing, and " + VARIABLE + " (" + SETTING
                                + ") is not set. Start Posel once, or run this with its settings, as its user",
                        null));
    }

    @Override
    public EncryptionKey require(String id) {
        List<EncryptionKey> all = new ArrayList<>();
        if (given != null) {
            all.add(given);
        } else {
            read(file).ifPresent(all::add);
        }
        if (givenNew != null) {
            all.add(givenNew);
        }
        Optional<EncryptionKey> right = all.stream().filter(key -> is(key, id)).findFirst();
        if (right.isPresent()) {
            return right.get();
        }
        if (given == null) {
            Optional<EncryptionKey> rotated = read(newFile).filter(key -> is(key, id));
            if (rotated.isPresent()) {
                adopt(rotated.get());
                return rotated.get();
            }
        }
        throw new IllegalStateException(complaint(id, all));
    }

    private static boolean is(EncryptionKey key, String id) {
        return key.id().equals(id);
    }

    private String complaint(String id, List<EncryptionKey> all) {
        String unchanged = " Nothing was changed.";
        if (all.isEmpty()) {
            return "the secrets in the database are encrypted with the key " + id + ", and there is no key: "
                    + file.path() + " is missing, and " + VARIABLE + " (" + SETTING + ") is not set." + unchanged
                    + " Put the file back from a backup of the data directory, or set " + VARIABLE;
        } else if (given != null) {
            return VARIABLE + " (" + SETTING + ") is the key " + given.id()
                    + ", but the secrets in the database are encrypted with the key " + id + "." + unchanged + " Set "
                    + VARIABLE + " to that one; after a rotate-key it is the new one";
        }
        return "the file " + file.path() + " holds the key " + all.get(0).id()
                + ", but the secrets in the database are encrypted with the key " + id + "." + unchanged
                + " Put the right file back from a backup of the data directory, or set " + VARIABLE;
    }

    /**
     * The key to change to: from the setting, or else a new one that is on disk already.
     *
     * @param current the one in use
     * @throws StartFailedException if there is none to change to
     */
    EncryptionKey next(EncryptionKey current) {
        if (givenNew != null && is(givenNew, current.id())) {
            throw new StartFailedException(
                    NEW_VARIABLE + " is the key that is in use already. Now set " + VARIABLE + " to it, and take "
                            + NEW_VARIABLE + " away",
                    null);
        } else if (given != null && givenNew == null) {
            throw new StartFailedException(
                    "the key comes from " + VARIABLE + ", so the new one must come from " + NEW_VARIABLE
                            + ": 32 bytes in base64, as of openssl rand -base64 32",
                    null);
        }
        EncryptionKey next = givenNew == null ? EncryptionKey.random(random) : givenNew;
        if (given == null) {
            write(newFile, next);
        }
        return next;
    }

    /**
     * The database has this one now.
     *
     * @return what is left to do, for the operator
     */
    String adopt(EncryptionKey next) {
        if (given != null) {
            return "Set " + VARIABLE + " to what is in " + NEW_VARIABLE + " before the next start";
        }
        try {
            newFile.replace(file);
        } catch (IOException e) {
            throw unusable(newFile, e);
        }
        return "It stands in " + file.path();
    }

    private static Optional<EncryptionKey> read(OwnerOnlyFile file) {
        if (!file.exists()) {
            return Optional.empty();
        }
        try {
            return Optional.of(EncryptionKey.parse(file.read()));
        } catch (IOException e) {
            throw unusable(file, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "the file " + file.path() + " holds no key of 32 bytes in base64; put it back from a backup of the"
                            + " data directory, or set " + VARIABLE,
                    e);
        }
    }

    private static void write(OwnerOnlyFile file, EncryptionKey key) {
        try {
            file.write(key.text());
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static IllegalStateException unusable(OwnerOnlyFile file, IOException e) {
        return new IllegalStateException(
                "the file " + file.path() + " cannot be read or written (" + e + "); make it accessible, or set "
                        + VARIABLE,
                e);
    }
}
