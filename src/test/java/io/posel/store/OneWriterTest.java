package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class OneWriterTest {
    private final JdbcConnectionPool pool = JdbcConnectionPool.create("jdbc:h2:mem:one;DB_CLOSE_DELAY=-1", "", "");
    private final DataSource dataSource = OneWriter.around(pool);
    private final BlockingQueue<Object> ended = new ArrayBlockingQueue<>(10);

    @BeforeEach
    void table() throws SQLException {
        execute("create table t (id integer primary key, n integer)");
        execute("insert into t values (1, 1), (2, 2)");
    }

    @AfterEach
    void end() throws SQLException {
        execute("drop table t");
        pool.dispose();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection transaction() throws SQLException {
        Connection connection = dataSource.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private static void write(Connection connection, int id) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update t set n = n + 1 where id = ?")) {
            update.setInt(1, id);
            update.executeUpdate();
        }
    }

    /** On its own thread; returns when it waits for its turn. */
    private Thread writeMeanwhile(String name, int id) {
        Thread writer = new Thread(() -> {
            try (Connection connection = transaction()) {
                write(connection, id);
                ended.add(name);
                connection.commit();
            } catch (SQLException e) {
                ended.add(e);
            }
        });
        writer.start();
        awaitWaiting(writer);
        return writer;
    }

    private static void awaitWaiting(Thread thread) {
        await().atMost(Duration.ofSeconds(20)).until(thread::getState, Thread.State.TIMED_WAITING::equals);
    }

    /** Neither none nor two. */
    private void onlyOneTurnIsLeft() throws Exception {
        Thread other;
        try (Connection connection = transaction()) {
            write(connection, 1);
            other = writeMeanwhile("other writer", 2);
        }
        other.join(20_000);
        assertThat(ended).contains("other writer");
    }

    private Object next() throws InterruptedException {
        return ended.poll(20, TimeUnit.SECONDS);
    }

    private interface End {
        void of(Connection connection) throws SQLException;
    }

    private enum Ending {
        COMMIT(Connection::commit),
        ROLLBACK(Connection::rollback),
        AUTO_COMMIT(connection -> connection.setAutoCommit(true)),
        CLOSE(connection -> {});

        private final End end;

        Ending(End end) {
            this.end = end;
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("G1: a transaction that writes another row waits for the end of the one that writes")
    void oneAfterTheOther(Ending ending) throws Exception {
        Connection first = transaction();
        write(first, 1);
        writeMeanwhile("second", 2);
        writeMeanwhile("third", 2);
        ended.add("first");
        ending.end.of(first);
        if (ending == Ending.CLOSE) {
            first.close();
            first.close(); // ends its turn once
        }

        assertThat(next()).isEqualTo("first");
        assertThat(next()).isEqualTo("second");
        assertThat(next()).isEqualTo("third");
        first.close();
        onlyOneTurnIsLeft();
    }

    @Test
    @DisplayName("G1: a commit written as a statement keeps the turn, for the checkpoint that follows")
    void commitStatement() throws Exception {
        try (Connection first = transaction();
                Statement statement = first.createStatement()) {
            write(first, 1);
            statement.execute("commit");
            writeMeanwhile("second", 2);
            statement.execute("checkpoint sync");
            ended.add("first");
            first.commit();
        }

        assertThat(next()).isEqualTo("first");
        assertThat(next()).isEqualTo("second");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update t set n = 3 where id = 2",
                " DELETE from t where id = 3",
                "select * from t where id = 2 for update",
                "select * from t for\n update",
                "select * from old table (delete from t where id = 3)",
                "explain analyze delete from t where id = 3",
                "select 1; delete from t where id = 3",
                "selective()",
                "-- why\nselect 1"
            })
    @DisplayName("What may write takes a turn; a statement alone gives it back at once")
    void alone(String sql) throws Exception {
        Connection first = transaction();
        write(first, 1);
        Thread other = new Thread(() -> {
            try {
                execute(sql);
            } catch (SQLException e) {
                ended.add(e);
            }
            ended.add("other");
        });
        other.start();
        awaitWaiting(other);
        ended.add("first");
        first.close();

        assertThat(next()).isEqualTo("first");
        other.join(20_000);
        assertThat(ended).contains("other");
        onlyOneTurnIsLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"select * from t", "\n SELECT n from t", "values 1"})
    @DisplayName("A query waits for nobody, and lets nobody wait")
    void reading(String sql) throws Exception {
        try (Connection first = transaction();
                Connection second = transaction();
                PreparedStatement query = second.prepareStatement(sql)) {
            write(first, 1);
            try (ResultSet row = query.executeQuery()) {
                assertThat(row.next()).isTrue();
                write(first, 1);
            }
            first.commit();
            execute("update t set n = 4 where id = 2");
        }
    }

    @Test
    @DisplayName("A statement's own error arrives as it is")
    void errors() throws Exception {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> connection.prepareStatement("no sql"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("no sql");
            assertThatThrownBy(() -> statement.execute("insert into t values (1, 1)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("primary key");
            assertThat(statement.getConnection()).isSameAs(connection);
        }
        execute("update t set n = 4 where id = 2");
    }

    @Test
    @DisplayName("Who is interrupted while waiting writes nothing and takes nobody's turn")
    void interrupted() throws Exception {
        Connection first = transaction();
        write(first, 1);
        writeMeanwhile("second", 2).interrupt();

        assertThat(next()).isInstanceOf(SQLException.class);
        Thread third = writeMeanwhile("third", 2);
        first.close();
        third.join(20_000);
        onlyOneTurnIsLeft();
    }

    @Test
    @DisplayName("PostgreSQL's writers go side by side")
    void postgresql() {
        try (Database postgresql = new Database(new Database.Access("jdbc:postgresql://127.0.0.1:1/x", "", ""));
                Database h2 = new Database(new Database.Access("jdbc:h2:mem:", "", ""))) {
            assertThat(postgresql.dataSource().getClass().getPackageName()).startsWith("com.zaxxer.hikari");
            assertThat(h2.dataSource().getClass().getPackageName()).doesNotStartWith("com.zaxxer.hikari");
        }
    }
}
