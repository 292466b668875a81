package io.posel.store;

import io.posel.access.LoginTicket;
import io.posel.access.Role;
import io.posel.access.TokenHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads and writes the rows of the tables {@code login_session}, {@code used_login_link} and {@code first_sign_in}. */
final class SessionRows {
    /** A used link is remembered so much longer than it is good for, in case that a clock is set back. */
    private static final Duration MEMORY = Duration.ofDays(1);

    private SessionRows() {}

    static List<KnownSession> all(Connection connection) throws SQLException {
        List<KnownSession> sessions = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("select * from login_session");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                sessions.add(known(row));
            }
        }
        return sessions;
    }

    private static KnownSession known(ResultSet row) throws SQLException {
        String role = row.getString("role");
        return new KnownSession(
                row.getObject("id", UUID.class),
                row.getString("name"),
                Role.of(role).orElseThrow(() -> new SQLException("a stored session has the unknown role " + role)),
                TokenHash.stored(row.getBytes("hash")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("last_used_at", OffsetDateTime.class).toInstant());
    }

    static boolean hasAnybodySignedIn(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select id from first_sign_in");
                ResultSet row = select.executeQuery()) {
            return row.next();
        }
    }

    /**
     * Marks the link as used.
     *
     * @return false if another session came of it; a repetition for the same one, after an unclear commit, is none
     */
    static boolean use(Connection connection, LoginTicket ticket, UUID session) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into used_login_link"
                + " (nonce, session_id, expires_at) values (?, ?, ?) on conflict do nothing")) {
            insert.setString(1, ticket.nonce());
            insert.setObject(2, session);
            insert.setObject(3, ticket.expiresAt().atOffset(ZoneOffset.UTC));
            insert.executeUpdate();
        }
        try (PreparedStatement select =
                connection.prepareStatement("select session_id from used_login_link where nonce = ?")) {
            select.setString(1, ticket.nonce());
            try (ResultSet row = select.executeQuery()) {
                return row.next() && session.equals(row.getObject(1, UUID.class));
            }
        }
    }

    static void forgetLinks(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from used_login_link where expires_at < ?")) {
            delete.setObject(1, now.minus(MEMORY).atOffset(ZoneOffset.UTC));
            delete.executeUpdate();
        }
    }

    /** Does nothing if that was done before, by a commit whose end was unclear. */
    static void insert(Connection connection, KnownSession made) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into login_session (id, name, role, hash,"
                + " created_at, last_used_at) values (?, ?, ?, ?, ?, ?) on conflict do nothing")) {
            insert.setObject(1, made.id());
            insert.setString(2, made.name());
            insert.setString(3, made.role().code());
            insert.setBytes(4, made.hash().bytes());
            insert.setObject(5, made.createdAt().atOffset(ZoneOffset.UTC));
            insert.setObject(6, made.usedAt().atOffset(ZoneOffset.UTC));
            insert.executeUpdate();
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into first_sign_in (id, at) values (1, ?) on conflict do nothing")) {
            insert.setObject(1, made.createdAt().atOffset(ZoneOffset.UTC));
            insert.executeUpdate();
        }
    }

    /** All but this one, those that were not used for the longest time first. */
    static List<UUID> othersByUse(Connection connection, UUID session) throws SQLException {
        List<UUID> others = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select id from login_session where id <> ? order by last_used_at, created_at")) {
            select.setObject(1, session);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    others.add(row.getObject(1, UUID.class));
                }
            }
        }
        return others;
    }

    static int delete(Connection connection, Collection<UUID> sessions) throws SQLException {
        int count = 0;
        try (PreparedStatement delete = connection.prepareStatement("delete from login_session where id = ?")) {
            for (UUID each : sessions) {
                delete.setObject(1, each);
                count += delete.executeUpdate();
            }
        }
        return count;
    }

    static int saveUses(Connection connection, Map<KnownSession, Instant> uses) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update login_session set last_used_at = ? where id = ?")) {
            for (Map.Entry<KnownSession, Instant> each : uses.entrySet()) {
                update.setObject(1, each.getValue().atOffset(ZoneOffset.UTC));
                update.setObject(2, each.getKey().id());
                update.addBatch();
            }
            update.executeBatch();
            return uses.size();
        }
    }
}
