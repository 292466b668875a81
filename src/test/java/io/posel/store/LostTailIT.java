package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.posel.delivery.HandOver;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tables are put back to what they were, as a replica has them that had not received everything. */
class LostTailIT {
    private static final List<String> TABLES = List.of("owner", "place", "commit_count");

    /** What is committed last, and lost. */
    private enum Tail {
        OUTCOME {
            @Override
            void commit(LostTailIT test) throws SQLException {
                try (Transaction transaction = test.transactions.begin()) {
                    transaction.commit();
                }
            }
        },
        PLACE {
            @Override
            void commit(LostTailIT test) throws SQLException {
                try (Transaction transaction = test.transactions.begin()) {
                    transaction.places().next();
                    transaction.commit();
                }
            }
        },
        TAKEOVER {
            @Override
            void commit(LostTailIT test) throws SQLException {
                try (Connection connection = test.database.dataSource().getConnection()) {
                    test.fence.takeOver(connection, "again");
                }
            }
        },
        GOING_ON {
            @Override
            void commit(LostTailIT test) throws SQLException {
                try (Connection connection = test.database.dataSource().getConnection()) {
                    test.fence.goOn(connection);
                }
            }
        };

        abstract void commit(LostTailIT test) throws SQLException;
    }

    /** Who notices it. */
    private enum Look {
        WRITER {
            @Override
            void at(LostTailIT test) throws SQLException {
                test.transactions.begin().close();
            }
        },
        SIGN_OF_LIFE {
            @Override
            void at(LostTailIT test) throws SQLException {
                try (Connection connection = test.database.dataSource().getConnection()) {
                    test.fence.verify(connection);
                }
            }
        },
        NEXT_OWNER_CONNECTION {
            @Override
            void at(LostTailIT test) throws SQLException {
                try (Connection connection = test.database.dataSource().getConnection()) {
                    test.fence.goOn(connection);
                }
            }
        };

        abstract void at(LostTailIT test) throws SQLException;
    }

    private final List<String> ended = new ArrayList<>();
    private Database database;
    private Fence fence;
    private Transactions transactions;

    @BeforeEach
    void open(@TempDir Path folder) throws SQLException {
        database = OpenDatabase.migrated(TestDatabase.POSTGRESQL, folder);
        fence = new Fence(database.dialect(), () -> ended.add("ended"));
        try (Connection connection = database.dataSource().getConnection()) {
            fence.takeOver(connection, "test");
        }
        transactions = new Transactions(database.dataSource(), fence, new HandOver(queued -> {}));
        for (Tail tail : List.of(Tail.PLACE, Tail.OUTCOME, Tail.PLACE)) {
            tail.commit(this);
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("E1: whatever was committed last and is lost, nobody writes, holds the lock or goes on with it")
    void noticesIt(Tail tail) throws SQLException {
        for (Look look : Look.values()) {
            rememberTables();
            tail.commit(this);
            assertThatCode(() -> look.at(this)).doesNotThrowAnyException();
            loseWhatFollowed();
            ended.clear();

            assertThatThrownBy(() -> look.at(this))
                    .as("%s", look)
                    .isInstanceOf(NotOwnerException.class)
                    .hasMessageContaining("lost transactions that were committed");
            assertThat(ended).as("%s", look).hasSize(1);
            beginAnew();
        }
    }

    @Test
    @DisplayName("E1: of two that write at the same time each is missed, in whatever order they are committed")
    void twoWriters() throws SQLException {
        for (boolean firstIsLost : List.of(true, false)) {
            ended.clear();
            Transaction first = transactions.begin();
            Transaction second = transactions.begin();
            (firstIsLost ? second : first).commit();
            (firstIsLost ? second : first).close();
            rememberTables();
            (firstIsLost ? first : second).commit();
            (firstIsLost ? first : second).close();
            loseWhatFollowed();

            assertThatThrownBy(transactions::begin).isInstanceOf(NotOwnerException.class);
            beginAnew();
        }
    }

    @Test
    @DisplayName("E1: what was lost is not read either: no connection is opened to it")
    void readsNothing() throws SQLException {
        database.guardWith(fence);
        rememberTables();
        Tail.OUTCOME.commit(this);
        loseWhatFollowed();
        endConnections();

        await().until(() -> {
            assertThatThrownBy(() -> execute("select 1"))
                    .isInstanceOf(SQLException.class); // over a new one or an ended one
            return !ended.isEmpty();
        });
    }

    @Test
    @DisplayName("E1: an epoch that two raised, since the first raise is lost, is owned by the later one")
    void sameEpoch() throws SQLException {
        rememberTables();
        Fence other = new Fence(database.dialect(), () -> {});
        try (Connection connection = database.dataSource().getConnection()) {
            other.takeOver(connection, "other");
            assertThat(other.epoch()).isEqualTo(fence.epoch() + 1);
            loseWhatFollowed();
            fence.goOn(connection);
            assertThat(other.epoch()).isEqualTo(fence.epoch());

            assertThatThrownBy(() -> other.verify(connection)).isInstanceOf(NotOwnerException.class);
            fence.verify(connection);
        }
    }

    @Test
    @DisplayName("E1: nothing is missed that was rolled back, or is on disk after an unclear commit")
    void nothingIsLost() throws SQLException {
        for (int i = 0; i < 3 * Fence.WRITERS; i++) {
            try (Transaction rolledBack = transactions.begin()) {
                rolledBack.places().next();
            }
            Transaction unclear = transactions.begin();
            unclear.connection().commit(); // and the answer is lost
            unclear.close();
            Tail.PLACE.commit(this);
            if (i % 5 == 0) {
                Tail.GOING_ON.commit(this);
            }
        }

        assertThat(ended).isEmpty();
    }

    private void beginAnew() throws SQLException {
        fence = new Fence(database.dialect(), () -> ended.add("ended"));
        try (Connection connection = database.dataSource().getConnection()) {
            fence.takeOver(connection, "new");
        }
        transactions = new Transactions(database.dataSource(), fence, new HandOver(queued -> {}));
    }

    private void rememberTables() throws SQLException {
        execute("drop schema if exists before cascade; create schema before");
        for (String table : TABLES) {
            execute("create table before." + table + " as table " + table);
        }
    }

    private void loseWhatFollowed() throws SQLException {
        for (String table : TABLES) {
            execute("truncate " + table + "; insert into " + table + " table before." + table);
        }
    }

    private void endConnections() throws SQLException {
        execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                + " and pid <> pg_backend_pid()");
        try {
            execute("select pg_terminate_backend(pg_backend_pid())");
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("57P01");
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
