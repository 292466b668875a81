package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.delivery.HandOver;
import io.posel.testing.FakePooler;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions whose settings and whose process on the server are Posel's own. */
class OwnSessionsIT {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"repeatable read", "serializable", "read committed"})
    @DisplayName("E9: whatever isolation is the database's default, a replaced owner writes nothing")
    void isolation(String isolation) throws Exception {
        String url = TestDatabase.POSTGRESQL.create(folder).get("POSEL_DB_URL");
        try (Connection connection = DriverManager.getConnection(url, "postgres", "");
                var statement = connection.createStatement()) {
            statement.execute("alter database \"" + connection.getCatalog() + "\" set default_transaction_isolation = '"
                    + isolation + "'");
        }
        try (Database database = new Database(new Database.Access(url, "postgres", ""))) {
            database.migrate();
            Fence fence = OpenDatabase.takeOver(database);
            Transactions transactions = new Transactions(database.dataSource(), fence, new HandOver(queued -> {}));
            assertThat(asOf(database)).isEqualTo("read committed");

            try (Connection lock = database.dataSource().getConnection();
                    var statement = lock.createStatement()) {
                lock.setAutoCommit(false);
                statement.execute(OwnerLock.LOCK_OUT_WRITERS);
                List<Throwable> refused = new ArrayList<>();
                Thread replaced = new Thread(() -> {
                    try (Transaction transaction = transactions.begin()) {
                        transaction.commit();
                    } catch (SQLException | RuntimeException e) {
                        refused.add(e);
                    }
                });
                replaced.start();
                await().until(() -> waitsForALock(database));
                statement.execute("update owner set epoch = epoch + 1, holder = null");
                lock.commit();
                replaced.join();

                assertThat(refused).singleElement().isInstanceOf(NotOwnerException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("E9: each connection of the pool has its own isolation")
    void pool(TestDatabase kind) throws SQLException {
        try (Database database = OpenDatabase.migrated(kind, folder)) {
            List<Connection> connections = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                connections.add(database.dataSource().getConnection());
            }
            for (Connection each : connections) {
                assertThat(each.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
                each.close();
            }
        }
    }

    @Test
    @DisplayName("E10: behind a pooler in transaction mode Posel does not start, and says what to do")
    void pooledAtTheStart() throws Exception {
        String url = migrated();
        try (FakePooler pooler = new FakePooler(url + "&prepareThreshold=0", 1);
                Database database = new Database(new Database.Access(pooler.url(), "postgres", ""));
                Ownership ownership = ownership(database, pooler.url(), new AtomicInteger())) {

            assertThatThrownBy(ownership::tryToGain)
                    .isInstanceOf(Database.UnusableException.class)
                    .hasMessageContaining("pooler in transaction mode")
                    .hasMessageContaining("session mode")
                    .hasMessageContaining("POSEL_DB_URL");
        }
    }

    @Test
    @DisplayName("E10: an owner whose lock turns out to be on another process of the server ends")
    void pooledLater() throws Exception {
        String url = migrated();
        AtomicInteger ended = new AtomicInteger();
        try (FakePooler pooler = new FakePooler(url + "&prepareThreshold=0", 2);
                Database database = new Database(new Database.Access(pooler.url(), "postgres", ""));
                Ownership ownership = ownership(database, pooler.url(), ended)) {
            assertThat(ownership.tryToGain()).isTrue();

            await().until(() -> ended.get() > 0);
        }
        assertThat(ended).hasValue(1);
    }

    @Test
    @DisplayName("E10: a connection of its own is not taken for a pooled one")
    void notPooled() throws Exception {
        String url = migrated();
        AtomicInteger ended = new AtomicInteger();
        try (Database database = new Database(new Database.Access(url, "postgres", ""));
                Ownership ownership = ownership(database, url, ended)) {
            assertThat(ownership.tryToGain()).isTrue();
            ownership.takeOver();
            await().until(ownership::isHeld);
        }
        assertThat(ended).hasValue(0);
    }

    private String migrated() throws SQLException {
        String url = TestDatabase.POSTGRESQL.create(folder).get("POSEL_DB_URL");
        try (Database database = new Database(new Database.Access(url, "postgres", ""))) {
            database.migrate();
        }
        return url.contains("?") ? url : url + "?loggerLevel=OFF";
    }

    private static Ownership ownership(Database database, String url, AtomicInteger ended) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        return new Ownership(
                new Database.Access(url, "postgres", ""),
                database,
                new Fence(database.dialect(), ended::incrementAndGet),
                "test",
                System::nanoTime,
                timer,
                () -> {});
    }

    private static String asOf(Database database) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                ResultSet row = connection.createStatement().executeQuery("show transaction_isolation")) {
            row.next();
            return row.getString(1);
        }
    }

    private static boolean waitsForALock(Database database) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                ResultSet row = connection
                        .createStatement()
                        .executeQuery("select count(*) from pg_locks where not granted and locktype = 'advisory'"
                                + " and database = (select oid from pg_database where datname = current_database())")) {
            row.next();
            return row.getInt(1) > 0;
        }
    }
}
