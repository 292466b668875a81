package io.posel;

import io.posel.store.AuditEntry;
import io.posel.store.Database;
import io.posel.store.EncryptionKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;

/**
 * The command {@code rotate-key}: encrypts the secrets in the database with another key, in one transaction. Killed at any
 * moment, it leaves all of them readable with one of the two keys, and the next start knows which: both are on disk, or in
 * the settings, before the first row is written.
 *
 * <p>Becomes the owner of the database for that time, so no other Posel may run on it.
 */
final class RotateKey {
    private final Settings settings;
    private final InstantSource clock;

    RotateKey(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * @return what was done, and what is left to do
     * @throws StartFailedException if nothing was done; the message says why
     */
    String run() {
        settings.check();
        Path data = settings.path("posel.data-dir");
        if (!Files.isDirectory(data)) {
            throw new StartFailedException(
                    "there is no data directory " + data + ", so nothing to rotate; set POSEL_HOME or POSEL_DATA_DIR",
                    null);
        }
        try (Core core = new Core(settings, clock, () -> {})) {
            if (!core.open()) {
                throw new StartFailedException(
                        "another Posel runs on " + core.database + ": stop every Posel on it, then repeat", null);
            }
            EncryptionKey next = core.keys.next(core.vault.key());
            core.vault.rotate(
                    core.transactions,
                    next,
                    core.audit
                            .entry("rotate-key", AuditEntry.Action.KEY_ROTATED)
                            .about(next.id()));
            return "The secrets in " + core.database + " are encrypted with the new key " + next.id() + ". "
                    + core.keys.adopt(next) + ".";
        } catch (SQLException e) {
            throw new StartFailedException("the database does not answer: " + e.getMessage(), e);
        } catch (Database.UnusableException e) {
            throw new StartFailedException(String.valueOf(e.getMessage()), e);
        }
    }
}
