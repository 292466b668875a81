package io.posel.store;

import io.posel.access.AccessToken;
import io.posel.access.Role;
import io.posel.access.TokenHash;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
        String role = row.getString("role");
        AccessToken token = new AccessToken(
                row.getString("id"),
                row.getString("name"),
                Role.of(role).orElseThrow(() -> new SQLException("a stored token has the unknown role " + role)),
                texts(row, "sources"),
                texts(row, "types"),
                instant(row, "expires_at"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getString("created_by"),
                instant(row, "last_used_at"));
        return new KnownToken(token, TokenHash.stored(row.getBytes("hash")));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** Null stands for no text. */
    private static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        List<String> texts = new ArrayList<>();
        if (array != null) {
            for (Object each : (Object[]) array.getArray()) {
                texts.add((String) each);
            }
        }
        return texts;
    }

    private static @Nullable Array array(Connection connection, List<String> texts) throws SQLException {
        return texts.isEmpty() ? null : connection.createArrayOf("varchar", texts.toArray());
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
                + " created_at, created_by, sources, types, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " on conflict do nothing")) {
            insert.setString(1, token.id());
            insert.setString(2, token.name());
            insert.setString(3, token.role().code());
            insert.setBytes(4, made.hash().bytes());
            insert.setObject(5, token.createdAt().atOffset(ZoneOffset.UTC));
            insert.setString(6, token.createdBy());
            insert.setArray(7, array(connection, token.sources()));
            insert.setArray(8, array(connection, token.types()));
            Instant end = token.expiresAt();
            insert.setObject(9, end == null ? null : end.atOffset(ZoneOffset.UTC), Types.TIMESTAMP_WITH_TIMEZONE);
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
