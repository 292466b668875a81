package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.delivery.HandOver;
import io.posel.testing.OneKey;
import io.posel.testing.TestDatabase;
import io.posel.webhook.Definition;
import io.posel.webhook.DefinitionFile;
import io.posel.webhook.Expiry;
import io.posel.webhook.FileDefinition;
import io.posel.webhook.Health;
import io.posel.webhook.Ordering;
import io.posel.webhook.Webhook;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files applied when the end of a commit is unclear: the wish runs once more, whether or not it was written. */
class ApplyFilesIT {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Webhook> known = new ArrayList<>();
    private Database database;
    private Transactions transactions;
    private WebhookRows rows;

    @BeforeEach
    void open(@TempDir Path folder) throws SQLException {
        database = OpenDatabase.migrated(TestDatabase.H2, folder);
        Fence fence = OpenDatabase.takeOver(database);
        transactions = new Transactions(database.dataSource(), fence, new HandOver(queued -> {}));
        Vault vault = new Vault(new OneKey(), new SecureRandom());
        vault.unlock(transactions);
        rows = new WebhookRows(vault);
        commit(wish(file("edited", "before", "1"), file("deleted", "x", "1"), file("same", "x", "1")));
        known.clear();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static FileDefinition file(String id, String name, String digest) {
        Definition definition = new Definition(
                name, true, List.of("t"), Map.of(), "https://a.example/", null, Map.of(), Ordering.ENTITY, null, null);
        return new FileDefinition(id, new DefinitionFile(id + ".yaml", digest), definition, List.of());
    }

    private ApplyFiles wish(FileDefinition... files) {
        return new ApplyFiles(
                List.of(files),
                rows,
                new Expiry(Duration.ofDays(3)),
                () -> NOW,
                (who, action) -> new AuditEntry(UUID.randomUUID(), NOW, who, action, null, null, null, null),
                known::addAll);
    }

    private ApplyFiles changing() {
        return wish(file("edited", "after", "2"), file("created", "x", "1"), file("same", "x", "1"));
    }

    private void apply(ApplyFiles wish, boolean commit) throws SQLException {
        try (Transaction transaction = transactions.begin()) {
            wish.apply(transaction);
            if (commit) {
                transaction.commit();
            }
        }
    }

    private void commit(ApplyFiles wish) throws SQLException {
        apply(wish, true);
        wish.committed();
    }

    private List<String> rows(String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (row.next()) {
                found.add(row.getString(1));
            }
            return found;
        }
    }

    private void assertChangedOnce(ApplyFiles wish) throws SQLException {
        assertThat(known)
                .extracting(each -> each.id() + " " + each.version() + " "
                        + each.definition().name() + " " + (each.deletedAt() == null) + " " + (each.file() != null))
                .containsExactlyInAnyOrder(
                        "edited 2 after true true", "created 1 x true true", "deleted 2 x false false");
        assertThat(rows("select webhook_id || ' ' || who || ' ' || action from audit where webhook_version = 2"
                        + " or webhook_id = 'created'"))
                .containsExactlyInAnyOrder(
                        "edited file edited.yaml webhook-edited",
                        "created file created.yaml webhook-created",
                        "deleted file deleted.yaml webhook-deleted");
        assertThat(wish.result().toString())
                .isEqualTo("3 webhooks; created [created], changed [edited], brought back [], deleted [deleted]");
        try (Connection connection = database.dataSource().getConnection()) {
            assertThat(this.rows.all(connection)).containsAll(known).hasSize(4);
        }
    }

    @Test
    @DisplayName("it was written: the second run changes nothing, and what the first one wrote is known all the same")
    void written() throws SQLException {
        ApplyFiles wish = changing();
        apply(wish, true);
        commit(wish);

        assertChangedOnce(wish);
    }

    @Test
    @DisplayName("it was not written: the second run does it")
    void notWritten() throws SQLException {
        ApplyFiles wish = changing();
        apply(wish, false);
        commit(wish);

        assertChangedOnce(wish);
    }

    @Test
    @DisplayName("another text of the same definition is kept and makes no version")
    void sameDefinition() throws SQLException {
        commit(wish(file("edited", "before", "2"), file("deleted", "x", "1"), file("same", "x", "1")));

        assertThat(known).singleElement().satisfies(each -> {
            assertThat(each.version()).isEqualTo(1);
            assertThat(each.file()).isEqualTo(new DefinitionFile("edited.yaml", "2"));
        });
        assertThat(rows("select action from audit")).containsOnly("webhook-created");
    }

    @Test
    @DisplayName("a webhook that was made over HTTP and moves into a file as it is has been edited, by the file")
    void movesIn() throws SQLException {
        FileDefinition same = file("http", "x", "1");
        try (Connection connection = database.dataSource().getConnection()) {
            rows.insert(connection, new Webhook("http", 1, same.definition(), Health.UNKNOWN, null, null, NOW, NOW));
        }

        commit(wish(file("edited", "before", "1"), file("deleted", "x", "1"), file("same", "x", "1"), same));

        assertThat(known).singleElement().satisfies(each -> {
            assertThat(each.version()).isEqualTo(2);
            assertThat(each.file()).isEqualTo(same.file());
        });
        assertThat(rows("select who || ' ' || action from audit where webhook_id = 'http'"))
                .containsExactly("file http.yaml webhook-edited");
    }
}
