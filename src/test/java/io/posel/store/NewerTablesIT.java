package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables that another version of Posel has changed in a way that this one does not know. */
class NewerTablesIT {
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
        private final TestDatabase database;

        Cases(TestDatabase database) {
            this.database = database;
        }

        @ParameterizedTest
        @DisplayName("D8: tables of a version that is not in the jar are refused, and nothing is changed there")
        @CsvSource({"99, true", "99, false", "4711.2, true", "0.5, true"})
        void refused(String version, boolean success, @TempDir Path folder) throws Exception {
            Database.Access access = access(database.create(folder), folder);
            try (Database posel = new Database(access)) {
                posel.migrate();
                posel.migrate();
                try (Connection connection = posel.dataSource().getConnection();
                        var statement = connection.createStatement()) {
                    statement.execute("insert into posel_schema_history (installed_rank, version, description, type,"
                            + " script, checksum, installed_by, execution_time, success) values (1000, '" + version
                            + "', 'split the queue', 'SQL', 'V99__split_the_queue.sql', 1, 'posel', 1, " + success
                            + ")");
                }

                assertThatThrownBy(posel::migrate)
                        .isInstanceOf(Database.UnusableException.class)
                        .hasMessage("the tables in " + access + " were made by a newer Posel: this one does not know"
                                + " their version " + version + ". Start the newer Posel again, or restore the backup"
                                + " from before the update.");

                try (Connection connection = posel.dataSource().getConnection();
                        var statement = connection.createStatement();
                        ResultSet rows =
                                statement.executeQuery("select max(installed_rank) from posel_schema_history")) {
                    rows.next();
                    assertThat(rows.getInt(1)).isEqualTo(1000);
                }
            }
        }

        private static Database.Access access(Map<String, String> settings, Path folder) {
            String url = settings.get("POSEL_DB_URL");
            return url == null
                    ? Database.Access.embedded(folder)
                    : new Database.Access(url, settings.get("POSEL_DB_USER"), "");
        }
    }
}
