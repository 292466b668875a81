package io.posel.store;

import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** A database as the parts of the store find it after the start: with its tables, and owned. */
final class OpenDatabase {
    private OpenDatabase() {}

    /** With its tables, owned by nobody. */
    static Database migrated(TestDatabase kind, Path folder) throws SQLException {
        Map<String, String> environment = kind.create(folder);
        Database database = new Database(
                environment.containsKey("POSEL_DB_URL")
                        ? new Database.Access(environment.get("POSEL_DB_URL"), "postgres", "")
                        : Database.Access.embedded(folder));
        database.migrate();
        return database;
    }

    /** Makes the test its owner. */
    static Fence takeOver(Database database) throws SQLException {
        Fence fence = new Fence(database.dialect(), () -> {});
        try (Connection connection = database.dataSource().getConnection()) {
            fence.takeOver(connection, "test");
        }
        return fence;
    }
}
