package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacesIT {
    private static final Pattern PAGES = Pattern.compile("Buffers: shared hit=(\\d+)(?: read=(\\d+))?");

    @Test
    @DisplayName("E11: under an old snapshot the counters are read as fast after thousands of commits as at first")
    void oldSnapshot(@TempDir Path folder) throws SQLException {
        try (Database database = OpenDatabase.migrated(TestDatabase.POSTGRESQL, folder);
                Connection old = database.dataSource().getConnection();
                Connection connection = database.dataSource().getConnection()) {
            OpenDatabase.takeOver(database);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            old.setAutoCommit(false);
            old.createStatement().execute("select 1 from place");
            int before = pages(connection);

            connection.createStatement().execute("""
                    do $$ begin
                      for i in 0..4999 loop
                        update place set last = i + 1 where name = 'queue' and last = i;
                        update commit_count set last = i + 1 where writer = 0 and last >= i;
                        commit;
                      end loop;
                    end $$""");

            assertThat(pages(connection)).isLessThan(before + 12);
            assertThat(Dialect.POSTGRESQL.watermark(connection).place()).isEqualTo(5_000);
            old.rollback();
        }
    }

    private static int pages(Connection connection) throws SQLException {
        try (ResultSet row = connection
                .createStatement()
                .executeQuery("explain (analyze, buffers, timing off) " + Dialect.WATERMARK)) {
            while (row.next()) {
                Matcher pages = PAGES.matcher(row.getString(1));
                if (pages.find()) { // the first line is about all of it
                    return Integer.parseInt(pages.group(1))
                            + (pages.group(2) == null ? 0 : Integer.parseInt(pages.group(2)));
                }
            }
            throw new IllegalStateException("no buffers in the plan");
        }
    }
}
