package io.posel.store;

import io.posel.access.AccessToken;
import io.posel.access.Role;
import io.posel.access.TokenHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads and writes the rows of the table {@code access_token}. */
final class AccessTokenRows {
    private AccessTokenRows() {}

    static List<KnownToken> all(Connection connection) throws SQLException {
        List<KnownToken> tokens = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("select * from access_token");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                tokens.add(known(row));
            }
        }
        return tokens;
    }

    private static KnownToken known(ResultSet row) throws SQLException {
        OffsetDateTime used = row.getObject("last_used_at", OffsetDateTime.class);
        String role = row.getString("role");
        AccessToken token = new AccessToken(
                row.getString("id"),
                row.getString("name"),
                Role.of(role).orElseThrow(() -> new SQLException("a stored token has the unknown role " + role)),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getString("created_by"),
                used == null ? null : used.toInstant());
        return new KnownToken(token, TokenHash.stored(row.getBytes("hash")));
    }

    /** The names of all but this one. */
    static Set<String> namesBut(Connection connection, String id) throws SQLException {
        Set<String> names = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement("select name from access_token where id <> ?")) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
        }
        return names;
    }

    /** Does nothing if that was done before, by a commit whose end was unclear. */
    static int insert(Connection connection, KnownToken made) throws SQLException {
        AccessToken token = made.token();
        try (PreparedStatement insert = connection.prepareStatement("insert into access_token (id, name, role, hash,"
                + " created_at, created_by) values (?, ?, ?, ?, ?, ?) on conflict do nothing")) {
            insert.setString(1, token.id());
            insert.setString(2, token.name());
            insert.setString(3, token.role().code());
            insert.setBytes(4, made.hash().bytes());
            insert.setObject(5, token.createdAt().atOffset(ZoneOffset.UTC));
            insert.setString(6, token.createdBy());
            return insert.executeUpdate();
        }
    }

    static int delete(Connection connection, String id) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from access_token where id = ?")) {
            delete.setString(1, id);
            return delete.executeUpdate();
        }
    }

    static int saveUses(Connection connection, Map<KnownToken, Instant> uses) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update access_token set last_used_at = ? where id = ?")) {
            for (Map.Entry<KnownToken, Instant> each : uses.entrySet()) {
                update.setObject(1, each.getValue().atOffset(ZoneOffset.UTC));
                update.setString(2, each.getKey().token().id());
                update.addBatch();
            }
            update.executeBatch();
            return uses.size();
        }
    }
}
