package io.posel.store;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.webhook.Definition;
import io.posel.webhook.DefinitionFile;
import io.posel.webhook.Health;
import io.posel.webhook.SigningSecrets;
import io.posel.webhook.Told;
import io.posel.webhook.Webhook;
import io.posel.webhook.WebhookJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and writes the rows of the tables {@code webhook} and {@code webhook_version}, their secrets encrypted. */
final class WebhookRows {
    private final Vault vault;

    WebhookRows(Vault vault) {
        this.vault = vault;
    }

    List<Webhook> all(Connection connection) throws SQLException {
        List<Webhook> webhooks = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("select * from webhook order by created_at, id");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                webhooks.add(webhook(row));
            }
        }
        return webhooks;
    }

    Optional<Webhook> lock(Connection connection, String id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select * from webhook where id = ? for update")) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(webhook(row)) : Optional.empty();
            }
        }
    }

    /** Those that stand in files now, and these. */
    Map<String, Webhook> lockInFiles(Connection connection, Collection<String> ids) throws SQLException {
        Map<String, Webhook> webhooks = new LinkedHashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select * from webhook where file is not null or id = any(?) order by id for update")) {
            select.setArray(1, connection.createArrayOf("varchar", ids.toArray()));
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    webhooks.put(row.getString("id"), webhook(row));
                }
            }
        }
        return webhooks;
    }

    /**
     * What is known of a webhook's receiver, and what others know of it.
     *
     * @param gone whether nothing is told: it is deleted, or has expired
     * @param version of its definition
     */
    record Known(Settlement.State state, Told told, boolean gone, int version) {}

    /** Nothing is known if the webhook's own row is gone. */
    static Known lockState(Connection connection, String id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select version, failing_since, last_failed_at,"
                + " last_dead_at, last_success_at, failing_nanos, expired_at, deleted_at, told_since, warned_since,"
                + " dead_count, gone_at from webhook"
                + " where id = ? for update")) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? known(row)
                        : new Known(new Settlement.State(Health.UNKNOWN, null, null, 0), Told.NOTHING, true, 0);
            }
        }
    }

    private static Known known(ResultSet row) throws SQLException {
        Instant expired = instant(row, "expired_at");
        return new Known(
                new Settlement.State(health(row), expired, instant(row, "gone_at"), row.getInt("dead_count")),
                told(row),
                expired != null || instant(row, "deleted_at") != null,
                row.getInt("version"));
    }

    static Told told(ResultSet row) throws SQLException {
        return new Told(instant(row, "told_since"), instant(row, "warned_since"), row.getInt("dead_count"));
    }

    static void updateTold(Connection connection, String id, Told told) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update webhook set told_since = ?, warned_since = ?, dead_count = ? where id = ?")) {
            update.setObject(1, time(told.since()), Types.TIMESTAMP_WITH_TIMEZONE);
            update.setObject(2, time(told.warned()), Types.TIMESTAMP_WITH_TIMEZONE);
            update.setInt(3, told.deaths());
            update.setString(4, id);
            update.executeUpdate();
        }
    }

    static void updateStates(Connection connection, Map<String, Known> states) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update webhook set told_since = ?,"
                + " warned_since = ?, dead_count = ?, failing_since = ?, last_failed_at = ?, last_dead_at = ?,"
                + " last_success_at = ?, failing_nanos = ?, expired_at = ?, gone_at = ? where id = ?")) {
            for (Map.Entry<String, Known> each : states.entrySet()) {
                Settlement.State state = each.getValue().state();
                Told told = each.getValue().told();
                update.setObject(1, time(told.since()), Types.TIMESTAMP_WITH_TIMEZONE);
                update.setObject(2, time(told.warned()), Types.TIMESTAMP_WITH_TIMEZONE);
                update.setInt(3, told.deaths());
                bindHealth(update, 4, state.health());
                update.setObject(9, time(state.expiredAt()), Types.TIMESTAMP_WITH_TIMEZONE);
                update.setObject(10, time(state.goneAt()), Types.TIMESTAMP_WITH_TIMEZONE);
                update.setString(11, each.getKey());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /**
     * Does nothing if that was done before: ids are random, or found to be free in the same transaction, so only a
     * repeated commit can meet its own row.
     */
    void insert(Connection connection, Webhook webhook) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into webhook (version, definition,"
                + " failing_since, last_failed_at, last_dead_at, last_success_at, failing_nanos, expired_at, deleted_at,"
                + " created_at, updated_at, signing, file, gone_at, id)"
                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " on conflict do nothing")) {
            bind(insert, webhook);
            insert.executeUpdate();
        }
        insertVersion(connection, webhook);
    }

    void update(Connection connection, Webhook webhook) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update webhook set version = ?, definition = ?,"
                + " failing_since = ?, last_failed_at = ?, last_dead_at = ?, last_success_at = ?, failing_nanos = ?,"
                + " expired_at = ?, deleted_at = ?, created_at = ?, updated_at = ?, signing = ?, file = ?,"
                + " gone_at = ? where id = ?")) {
            bind(update, webhook);
            update.executeUpdate();
        }
        insertVersion(connection, webhook);
    }

    /** @return whether it was deleted: it is neither active nor named by a delivery */
    static int delete(Connection connection, String id) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from webhook where id = ?"
                + " and (deleted_at is not null or expired_at is not null)"
                + " and not exists (select 1 from delivery d where d.webhook_id = webhook.id)")) {
            delete.setString(1, id);
            if (delete.executeUpdate() == 0) {
                return 0;
            }
        }
        try (PreparedStatement delete =
                connection.prepareStatement("delete from webhook_version where webhook_id = ?")) {
            delete.setString(1, id);
            delete.executeUpdate();
        }
        return 1;
    }

    private void bind(PreparedStatement statement, Webhook webhook) throws SQLException {
        statement.setInt(1, webhook.version());
        statement.setBytes(2, vault.seal(SealedColumn.DEFINITION, webhook.id(), 0, plain(webhook)));
        bindHealth(statement, 3, webhook.health());
        statement.setObject(8, time(webhook.expiredAt()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setObject(9, time(webhook.deletedAt()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setObject(10, time(webhook.createdAt()));
        statement.setObject(11, time(webhook.updatedAt()));
        statement.setBytes(12, signing(webhook));
        statement.setBytes(13, file(webhook));
        statement.setObject(14, time(webhook.goneAt()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setString(15, webhook.id());
    }

    /** @param from the first of the five parameters */
    private static void bindHealth(PreparedStatement statement, int from, Health health) throws SQLException {
        statement.setObject(from, time(health.failingSince()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setObject(from + 1, time(health.lastFailedAt()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setObject(from + 2, time(health.lastDeadAt()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setObject(from + 3, time(health.lastSuccessAt()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setLong(from + 4, health.failing().toNanos());
    }

    private void insertVersion(Connection connection, Webhook webhook) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into webhook_version (webhook_id, version,"
                + " definition) values (?, ?, ?) on conflict do nothing")) {
            insert.setString(1, webhook.id());
            insert.setInt(2, webhook.version());
            insert.setBytes(3, vault.seal(SealedColumn.VERSION, webhook.id(), webhook.version(), plain(webhook)));
            insert.executeUpdate();
        }
    }

    /** A definition as it was in a version, empty if it is gone. */
    Optional<Definition> version(Connection connection, String id, int version) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select definition from webhook_version where webhook_id = ? and version = ?")) {
            select.setString(1, id);
            select.setInt(2, version);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(WebhookJson.fromStored(read(SealedColumn.VERSION, id, version, row.getBytes(1))))
                        : Optional.empty();
            }
        }
    }

    private static byte[] plain(Webhook webhook) {
        return WebhookJson.definitionToJson(webhook.definition()).toBytes();
    }

    private byte @Nullable [] signing(Webhook webhook) {
        return webhook.signing().isEmpty()
                ? null
                : vault.seal(
                        SealedColumn.SIGNING,
                        webhook.id(),
                        0,
                        webhook.signing().toStored().toBytes());
    }

    private byte @Nullable [] file(Webhook webhook) {
        return webhook.file() == null
                ? null
                : vault.seal(
                        SealedColumn.FILE,
                        webhook.id(),
                        0,
                        webhook.file().toStored().toBytes());
    }

    private Webhook webhook(ResultSet row) throws SQLException {
        String id = row.getString("id");
        byte[] signing = row.getBytes("signing");
        byte[] file = row.getBytes("file");
        return new Webhook(
                id,
                row.getInt("version"),
                WebhookJson.fromStored(read(SealedColumn.DEFINITION, id, 0, row.getBytes("definition"))),
                health(row),
                instant(row, "expired_at"),
                instant(row, "deleted_at"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                signing == null
                        ? SigningSecrets.NONE
                        : SigningSecrets.fromStored(read(SealedColumn.SIGNING, id, 0, signing)),
                file == null ? null : DefinitionFile.fromStored(read(SealedColumn.FILE, id, 0, file)),
                row.getInt("dead_count"),
                instant(row, "gone_at"));
    }

    private Json read(SealedColumn column, String id, int number, byte[] stored) throws SQLException {
        try {
            return Json.parse(vault.open(column, id, number, stored));
        } catch (JsonSyntaxException e) {
            throw new SQLException("what " + column.row(id, number) + " holds is not JSON", e);
        }
    }

    private static Health health(ResultSet row) throws SQLException {
        return new Health(
                instant(row, "failing_since"),
                instant(row, "last_failed_at"),
                instant(row, "last_dead_at"),
                instant(row, "last_success_at"),
                Duration.ofNanos(row.getLong("failing_nanos")));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
