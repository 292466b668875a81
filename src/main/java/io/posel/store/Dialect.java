package io.posel.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The few things that H2 and PostgreSQL do differently. */
public enum Dialect {
    H2 {
        /** H2 answers a commit before the disk has it; only this waits for it. */
        @Override
        void commit(Connection connection) throws SQLException {
            connection.commit();
            try (Statement statement = connection.createStatement()) {
                statement.execute("checkpoint sync");
                connection.commit();
            }
        }
    },
    POSTGRESQL {
        @Override
        void commit(Connection connection) throws SQLException {
            connection.commit();
        }
    };

    /**
     * Commits and returns when the transaction survives a power loss (G1).
     *
     * @throws SQLException when it is unclear whether it is committed
     */
    abstract void commit(Connection connection) throws SQLException;

    static Dialect of(String jdbcUrl) {
        if (jdbcUrl.startsWith("jdbc:postgresql:")) {
            return POSTGRESQL;
        } else if (jdbcUrl.startsWith("jdbc:h2:")) {
            return H2;
        }
        throw new IllegalArgumentException("the database must be PostgreSQL (jdbc:postgresql:…) or H2 (jdbc:h2:…), not "
                + jdbcUrl.split("[?;/]")[0]);
    }
}
