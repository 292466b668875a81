package io.posel.store;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What {@link SetAside} keeps, for people who look at it, try it again or discard it. */
public final class SetAsideItems {
    /** Of the data of an item, what a list shows. */
    static final int SHOWN = 10_000;

    /** Of the subject of an entry in the audit trail. */
    private static final String COLUMNS = "no, source, item, reason, at, octet_length(data) size";

    private final DataSource dataSource;
    private final Settlement writer;

    /** @param writer of the changes, with their entries in the audit trail */
    public SetAsideItems(DataSource dataSource, Settlement writer) {
        this.dataSource = dataSource;
        this.writer = writer;
    }

    /**
     * Newest first.
     *
     * @param source null for all
     * @param key null for all
     */
    public Page<SetAsideItem> page(
            @Nullable String source,
            @Nullable String key,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable Cursor after,
            int limit) {
        Conditions conditions = new Conditions()
                .and("source = ?", source)
                .and("item = ?", key)
                .and("at >= ?", from)
                .and("at < ?", to)
                .and("no < ?", after == null ? null : after.key());
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select = connection.prepareStatement("select " + COLUMNS
                        + ", case when octet_length(data) <= " + SHOWN + " then data end data from set_aside"
                        + conditions.where() + " order by no desc limit ?")) {
            select.setInt(conditions.bind(select), limit + 1);
            List<SetAsideItem> found = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(item(row));
                }
            }
            return found.size() <= limit
                    ? new Page<>(found, null)
                    : new Page<>(found.subList(0, limit), place(found.get(limit - 1)));
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    private static Cursor place(SetAsideItem item) {
        return new Cursor(item.no(), "");
    }

    /** With its data. */
    public Optional<SetAsideItem> find(long no) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select " + COLUMNS + ", data from set_aside where no = ?")) {
            select.setLong(1, no);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(item(row)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    /** Does nothing if it is not there any more. */
    public void remove(SetAsideItem item, AuditEntry entry) {
        Webhooks.await(writer.wish(transaction -> {
            try (PreparedStatement delete =
                    transaction.connection().prepareStatement("delete from set_aside where no = ?")) {
                delete.setLong(1, item.no());
                int count = delete.executeUpdate();
                if (count > 0) {
                    Audit.write(
                            transaction,
                            entry.about(
                                    SetAside.fitting(item.source() + ":" + item.key(), AuditEntry.LONGEST_SUBJECT)));
                }
                return count;
            }
        }));
    }

    /** Why it still makes no event. */
    public void changeReason(SetAsideItem item, String reason) {
        Webhooks.await(writer.wish(transaction -> {
            try (PreparedStatement update =
                    transaction.connection().prepareStatement("update set_aside set reason = ? where no = ?")) {
                update.setString(1, SetAside.fitting(reason, SetAside.MAX_REASON));
                update.setLong(2, item.no());
                return update.executeUpdate();
            }
        }));
    }

    private static SetAsideItem item(ResultSet row) throws SQLException {
        byte[] data = row.getBytes("data");
        return new SetAsideItem(
                row.getLong("no"),
                row.getString("source"),
                row.getString("item"),
                row.getString("reason"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getInt("size"),
                data == null ? null : json(data));
    }

    /** As it was written; of what was not, its text. */
    private static Json json(byte[] data) {
        try {
            return Json.parse(data, Json.MAX_VALUES);
        } catch (JsonSyntaxException e) {
            return new Json.Str(new String(data, StandardCharsets.UTF_8));
        }
    }
}
