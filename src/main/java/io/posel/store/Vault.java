package io.posel.store;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the secrets in the database encrypted: definitions of webhooks, of all their versions, and signing secrets. The
 * table {@code secret_key} names the one key of all of them, and changes in the transaction that encrypts them: whatever
 * ends the process, all can be read with one key.
 *
 * <p>Promises: with a wrong key, or none, nothing is written. Not promised: that no plain text is left of what stood
 * there before a first start; databases keep old pages, logs and backups.
 */
public final class Vault {
    private final KeySource keys;
    private final SecureRandom random;
    private volatile @Nullable Seal seal;

    public Vault(KeySource keys, SecureRandom random) {
        this.keys = keys;
        this.random = random;
    }

    /**
     * Finds the key; when there is none yet, encrypts everything with the first one. Until then nothing can be read.
     *
     * @throws Database.UnusableException if the key is missing or is another one
     */
    public void unlock(Transactions transactions) throws SQLException {
        try (Transaction transaction = transactions.begin()) {
            Connection connection = transaction.connection();
            Optional<String> id = keyId(connection);
            if (id.isPresent()) {
                seal = seal(id.get());
                return;
            }
            Seal first = new Seal(operatorsKey(keys::first), random);
            encryptAll(connection, first);
            transaction.commit();
            seal = first;
        }
    }

    /**
     * For a process that only waits: whether it could read the database, if the owner has told so already.
     *
     * @throws Database.UnusableException if the key is missing or is another one
     */
    public void requireKey(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            keyId(connection).ifPresent(this::seal);
        }
    }

    /**
     * Encrypts everything with another key, in one transaction; {@link #unlock} comes before.
     *
     * @param done is written in it
     */
    public void rotate(Transactions transactions, EncryptionKey next, AuditEntry done) throws SQLException {
        try (Transaction transaction = transactions.begin()) {
            Seal other = new Seal(next, random);
            encryptAll(transaction.connection(), other);
            Audit.write(transaction, done);
            transaction.commit();
            seal = other;
        }
    }

    /** The key that is in use. */
    public EncryptionKey key() {
        return unlocked().key();
    }

    byte[] seal(SealedColumn column, String key, int number, byte[] plain) {
        return unlocked().close(column.row(key, number), plain);
    }

    /** Plain rows of before come back as they are. */
    byte[] open(SealedColumn column, String key, int number, byte[] stored) {
        if (!Seal.isSealed(stored)) {
            return stored;
        }
        String row = column.row(key, number);
        try {
            return unlocked().open(row, stored);
        } catch (Seal.BrokenException e) {
            throw new Database.UnusableException(
                    "what " + row + " holds cannot be decrypted: " + e.getMessage()
                            + "; restore the database from a backup",
                    e);
        }
    }

    private Seal unlocked() {
        Seal known = seal;
        if (known == null) {
            throw new StoreUnavailableException("the secrets are not unlocked yet");
        }
        return known;
    }

    private Seal seal(String id) {
        return new Seal(operatorsKey(() -> keys.require(id)), random);
    }

    private static EncryptionKey operatorsKey(Supplier<EncryptionKey> source) {
        try {
            return source.get();
        } catch (IllegalStateException e) {
            throw new Database.UnusableException(String.valueOf(e.getMessage()), e);
        }
    }

    private void encryptAll(Connection connection, Seal next) throws SQLException {
        for (SealedColumn column : SealedColumn.values()) {
            encryptAll(connection, column, next);
        }
        try (PreparedStatement delete = connection.prepareStatement("delete from secret_key")) {
            delete.executeUpdate();
        }
        try (PreparedStatement insert = connection.prepareStatement("insert into secret_key (id) values (?)")) {
            insert.setString(1, next.key().id());
            insert.executeUpdate();
        }
    }

    /** One value after the other: all of them may be more than the memory. */
    private void encryptAll(Connection connection, SealedColumn column, Seal next) throws SQLException {
        record Key(String id, int number) {}
        List<Key> all = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(column.selectKeys());
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                all.add(new Key(row.getString(1), row.getInt(2)));
            }
        }
        try (PreparedStatement select = connection.prepareStatement(column.selectOne());
                PreparedStatement update = connection.prepareStatement(column.updateOne())) {
            for (Key each : all) {
                select.setString(1, each.id);
                select.setInt(2, each.number);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    byte[] plain = open(column, each.id, each.number, row.getBytes(1));
                    update.setBytes(1, next.close(column.row(each.id, each.number), plain));
                }
                update.setString(2, each.id);
                update.setInt(3, each.number);
                update.executeUpdate();
            }
        }
    }

    private static Optional<String> keyId(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select id from secret_key");
                ResultSet row = select.executeQuery()) {
            return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
        }
    }
}
