package io.posel.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.delivery.HandOver;
import io.posel.testing.OneKey;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets at rest: what the tables hold, and with which key it can be read. */
class VaultIT {

    @Nested
    class OnH2 extends Cases {
        OnH2() {
            super(TestDatabase.H2);
        }
    }

    @Nested
    class OnPostgresql extends Cases {
        OnPostgresql() {
            super(TestDatabase.POSTGRESQL);
        }
    }

    abstract static class Cases {
        private static final SecureRandom RANDOM = new SecureRandom();
        private static final String PLAIN = "{\"url\":\"https://u:s3cret@example.com/\"}";

        private final TestDatabase kind;
        private final EncryptionKey key = EncryptionKey.random(RANDOM);
        private final EncryptionKey next = EncryptionKey.random(RANDOM);
        private Database database;
        private Transactions transactions;

        Cases(TestDatabase kind) {
            this.kind = kind;
        }

        @BeforeEach
        void open(@TempDir Path folder) throws SQLException {
            database = OpenDatabase.migrated(kind, folder);
            Fence fence = OpenDatabase.takeOver(database);
            transactions = new Transactions(database.dataSource(), fence, new HandOver(queued -> {}));
            for (int i = 0; i < 3; i++) {
                insertPlain("wh_" + i);
            }
        }

        @AfterEach
        void close() {
            database.close();
        }

        private void insertPlain(String id) throws SQLException {
            try (Connection connection = database.dataSource().getConnection();
                    var webhook =
                            connection.prepareStatement("insert into webhook (id, version, definition, created_at,"
                                    + " updated_at) values (?, 2, ?, current_timestamp, current_timestamp)");
                    var version = connection.prepareStatement(
                            "insert into webhook_version (webhook_id, version, definition) values (?, ?, ?)")) {
                webhook.setString(1, id);
                webhook.setBytes(2, PLAIN.getBytes(UTF_8));
                webhook.executeUpdate();
                for (int number = 1; number <= 2; number++) {
                    version.setString(1, id);
                    version.setInt(2, number);
                    version.setBytes(3, PLAIN.getBytes(UTF_8));
                    version.executeUpdate();
                }
            }
        }

        private void execute(String sql) throws SQLException {
            try (Connection connection = database.dataSource().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        private static Vault vault(EncryptionKey key) {
            return new Vault(new OneKey(key), RANDOM);
        }

        private Vault unlocked(EncryptionKey with) throws SQLException {
            Vault vault = vault(with);
            vault.unlock(transactions);
            return vault;
        }

        /** Every value that is encrypted or should be, as it stands there. */
        private List<byte[]> stored() throws SQLException {
            List<byte[]> all = new ArrayList<>();
            for (String sql : List.of(
                    "select definition from webhook",
                    "select definition from webhook_version",
                    "select signing from webhook where signing is not null")) {
                try (Connection connection = database.dataSource().getConnection();
                        var statement = connection.createStatement();
                        var row = statement.executeQuery(sql)) {
                    while (row.next()) {
                        all.add(row.getBytes(1));
                    }
                }
            }
            return all;
        }

        /** Every value, decrypted. */
        private List<String> read(Vault vault) throws SQLException {
            List<String> all = new ArrayList<>();
            try (Connection connection = database.dataSource().getConnection();
                    var statement = connection.createStatement()) {
                try (var row = statement.executeQuery("select id, definition, signing from webhook order by id")) {
                    while (row.next()) {
                        String id = row.getString(1);
                        all.add(text(vault.open(SealedColumn.DEFINITION, id, 0, row.getBytes(2))));
                        if (row.getBytes(3) != null) {
                            all.add(text(vault.open(SealedColumn.SIGNING, id, 0, row.getBytes(3))));
                        }
                    }
                }
                try (var row = statement.executeQuery(
                        "select webhook_id, version, definition from webhook_version order by 1, 2")) {
                    while (row.next()) {
                        all.add(text(
                                vault.open(SealedColumn.VERSION, row.getString(1), row.getInt(2), row.getBytes(3))));
                    }
                }
            }
            return all;
        }

        private static String text(byte[] bytes) {
            return new String(bytes, UTF_8);
        }

        private void addSigning(Vault vault) throws SQLException {
            try (Connection connection = database.dataSource().getConnection();
                    var update = connection.prepareStatement("update webhook set signing = ? where id = 'wh_1'")) {
                update.setBytes(1, vault.seal(SealedColumn.SIGNING, "wh_1", 0, PLAIN.getBytes(UTF_8)));
                update.executeUpdate();
            }
        }

        @Test
        @DisplayName("S9: the first start encrypts what stood there plain, and all of it can be read")
        void encryptsWhatWasPlain() throws SQLException {
            Vault vault = unlocked(key);

            assertThat(stored()).hasSize(9).allMatch(Seal::isSealed).noneMatch(bytes -> text(bytes)
                    .contains("s3cret"));
            assertThat(read(vault)).hasSize(9).containsOnly(PLAIN);
        }

        @Test
        void anotherStartReadsItWithTheSameKey() throws SQLException {
            unlocked(key);

            assertThat(read(unlocked(key))).hasSize(9).containsOnly(PLAIN);
        }

        @Test
        void plainRowsStayReadable() throws SQLException {
            Vault vault = unlocked(key);
            insertPlain("wh_9");

            assertThat(read(vault)).hasSize(12).containsOnly(PLAIN);
        }

        @Test
        void withAnotherKeyNothingIsReadAndNothingIsWritten() throws SQLException {
            unlocked(key);
            List<byte[]> before = stored();

            assertThatThrownBy(() -> vault(next).unlock(transactions))
                    .isInstanceOf(Database.UnusableException.class)
                    .hasMessage("needed is the key " + key.id());
            assertThatThrownBy(() -> vault(next).requireKey(database.dataSource()))
                    .isInstanceOf(Database.UnusableException.class);

            assertThat(stored()).containsExactlyElementsOf(before);
            assertThat(read(unlocked(key))).containsOnly(PLAIN);
        }

        @Test
        void whoWaitsForAnOwnerThatHasNoKeyYetNeedsNone() throws SQLException {
            vault(key).requireKey(database.dataSource());

            assertThat(stored()).noneMatch(Seal::isSealed);
        }

        @Test
        void afterARotationOnlyTheNewKeyReadsAll() throws SQLException {
            Vault vault = unlocked(key);
            addSigning(vault);

            vault.rotate(transactions, next, rotated());

            assertThat(read(vault)).hasSize(10).containsOnly(PLAIN);
            assertThat(read(unlocked(next))).hasSize(10).containsOnly(PLAIN);
            assertThat(stored())
                    .allMatch(bytes -> Seal.isSealed(bytes)
                            && next.id().equals(HexFormat.of().formatHex(bytes, 1, 9)));
            assertThatThrownBy(() -> vault(key).unlock(transactions)).isInstanceOf(Database.UnusableException.class);
        }

        @Test
        void aRotationThatDoesNotEndLeavesTheOldKey() throws SQLException {
            Vault vault = unlocked(key);
            addSigning(vault);
            execute("alter table secret_key add constraint only_the_old check (id = '" + key.id() + "')");

            assertThatThrownBy(() -> vault.rotate(transactions, next, rotated()))
                    .isInstanceOf(SQLException.class);

            assertThat(vault.key()).isSameAs(key);
            assertThat(read(vault)).hasSize(10).containsOnly(PLAIN);
            assertThat(read(unlocked(key))).hasSize(10).containsOnly(PLAIN);
        }

        private static AuditEntry rotated() {
            return new AuditEntry(
                    UUID.randomUUID(),
                    Instant.EPOCH,
                    "rotate-key",
                    AuditEntry.Action.KEY_ROTATED,
                    null,
                    null,
                    null,
                    null);
        }

        @Test
        void aRowThatBelongsToAnotherWebhookIsRefused() throws SQLException {
            Vault vault = unlocked(key);
            execute("update webhook set definition = (select definition from webhook where id = 'wh_0')"
                    + " where id = 'wh_2'");

            assertThatThrownBy(() -> read(vault))
                    .isInstanceOf(Database.UnusableException.class)
                    .hasMessageContaining("webhook.definition:wh_2:0")
                    .hasMessageContaining("belongs to another row")
                    .hasMessageNotContaining("s3cret");
        }

        @Test
        void beforeTheKeyIsFoundNothingCanBeReadOrWritten() {
            assertThatThrownBy(() -> vault(key).seal(SealedColumn.SIGNING, "wh_1", 0, new byte[1]))
                    .isInstanceOf(StoreUnavailableException.class);
        }
    }
}
