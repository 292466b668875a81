package io.posel.route;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The shipped table {@code event_outbox} in some database, as an application writes to it. */
final class Outbox implements AutoCloseable {
    private final Connection connection;

    private Outbox(Connection connection) {
        this.connection = connection;
    }

    /** Creates the table; the connection must be for this alone. */
    static Outbox create(Connection connection) throws SQLException, IOException {
        try (var statement = connection.createStatement()) {
            for (String sql : Files.readString(Path.of("routes/sql", statements(connection), "create.sql"))
                    .split(";\\s*\n")) {
                statement.execute(sql);
            }
        }
        return new Outbox(connection);
    }

    /** @param access as of {@code TestDatabase.create} */
    static Connection connect(Map<String, String> access) throws SQLException {
        return DriverManager.getConnection(access.get("POSEL_DB_URL"), access.get("POSEL_DB_USER"), "");
    }

    /** The folder of statements for this database. */
    static String statements(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("H2") ? "outbox-h2" : "outbox-postgresql";
    }

    Connection connection() {
        return connection;
    }

    /** @param n goes into the data */
    void insert(String type, String entityId, int n) throws SQLException {
        insert(connection, type, entityId, "{\"n\":" + n + "}");
    }

    static void insert(Connection connection, String type, String entityId, String data) throws SQLException {
        boolean h2 = statements(connection).equals("outbox-h2");
        try (var insert =
                connection.prepareStatement("insert into event_outbox (type, entity_type, entity_id, data) values"
                        + " (?, 'customer', ?, " + (h2 ? "?" : "cast(? as jsonb)") + ")")) {
            insert.setString(1, type);
            insert.setString(2, entityId);
            insert.setString(3, data);
            insert.executeUpdate();
        }
    }

    void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long unsent() throws SQLException {
        return Long.parseLong(column("select count(*) from event_outbox where sent_at is null")
                .get(0));
    }

    int sent() throws SQLException {
        return Integer.parseInt(column("select count(*) from event_outbox where sent_at is not null")
                .get(0));
    }

    List<String> column(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (row.next()) {
                values.add(row.getString(1));
            }
            return values;
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
