package io.posel.store;

import io.posel.event.EventType;
import io.posel.event.EventTypes;
import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import javax.sql.DataSource;

/**
 * The catalogue of event types: those in files, which only an edit of the file changes, and those that operators added.
 * In memory as on disk; it is offered to people and decides nothing about events.
 */
public final class Catalogue {
    /** Added over HTTP; the whole catalogue is answered in one part. */
    static final int MOST = 1_000;

    private final DataSource dataSource;
    private final Settlement writer;
    private final EventTypes files;
    private volatile EventTypes added = new EventTypes(List.of());

    public Catalogue(DataSource dataSource, Settlement writer, EventTypes files) {
        this.dataSource = dataSource;
        this.writer = writer;
        this.files = files;
    }

    /** Reads the added ones from disk. */
    public void load() throws SQLException {
        List<EventType> types = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select type, definition from event_type order by type");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                types.add(read(row));
            }
        }
        added = new EventTypes(types);
    }

    /** Those in files first, in their order; then the added ones by name, so that a restart changes nothing. */
    public List<EventType> all() {
        List<EventType> all = new ArrayList<>(files.all());
        added.all().stream()
                .filter(type -> !isInFile(type.type()))
                .sorted(Comparator.comparing(EventType::type))
                .forEach(all::add);
        return all;
    }

    /** The place in {@link #all} of a type that stands in it. */
    public Cursor place(EventType type) {
        int no = files.all().indexOf(type);
        return new Cursor(no < 0 ? files.all().size() : no, type.type());
    }

    public Optional<EventType> find(String type) {
        return files.find(type).or(() -> added.find(type));
    }

    public boolean isInFile(String type) {
        return files.find(type).isPresent();
    }

    /**
     * Adds a type, or replaces one that was added.
     *
     * @param expected whether the caller has seen what there is (If-Match); empty for none
     * @param entry who does it, written with it
     * @return whether it is new
     * @throws ProblemException 409 for a type that a file defines or if there are too many, 412 if it is not as expected
     */
    public boolean put(EventType type, Predicate<Optional<EventType>> expected, AuditEntry entry) {
        requireNotInFile(type.type());
        Put wish = new Put(type, expected, entry.about(type.type()));
        Webhooks.await(writer.wish(wish));
        return wish.isNew;
    }

    /**
     * Removes a type that was added.
     *
     * @param expected whether the caller has seen what there is (If-Match)
     * @param entry who does it, written with it
     * @throws ProblemException 409 for a type that a file defines, 404 for one that nobody added, 412 if it is not as
     *     expected
     */
    public void delete(String type, Predicate<Optional<EventType>> expected, AuditEntry entry) {
        requireNotInFile(type);
        Webhooks.await(writer.wish(new Delete(type, expected, entry.about(type))));
    }

    /** 404: the catalogue has no such type. */
    public static ProblemException notFound(String type) {
        return new ProblemException(
                404, "unknown-event-type", Map.of("type", type), "There is no event type " + type + ".");
    }

    private static void require(Predicate<Optional<EventType>> expected, Optional<EventType> stored) {
        if (!expected.test(stored)) {
            throw new ProblemException(
                    412,
                    FieldError.of(
                            "",
                            "changed-meanwhile",
                            "This event type was changed by somebody else meanwhile: read it again, then repeat."));
        }
    }

    /** May be carried out twice: the second time it may find what it wrote itself. */
    private final class Put implements Wish {
        private final EventType type;
        private final Predicate<Optional<EventType>> expected;
        private final AuditEntry entry;
        private boolean written;
        private volatile boolean isNew;

        private Put(EventType type, Predicate<Optional<EventType>> expected, AuditEntry entry) {
            this.type = type;
            this.expected = expected;
            this.entry = entry;
        }

        @Override
        public int apply(Transaction transaction) throws SQLException {
            Connection connection = transaction.connection();
            Optional<EventType> before = stored(connection, type.type());
            if (!written || !before.equals(Optional.of(type))) {
                require(expected, before);
                isNew = before.isEmpty();
            }
            remove(connection, type.type());
            requireRoom(connection);
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into event_type (type, definition) values (?, ?)")) {
                insert.setString(1, type.type());
                insert.setBytes(2, type.toJson().toBytes());
                insert.executeUpdate();
            }
            Audit.write(
                    transaction,
                    entry.as(isNew ? AuditEntry.Action.EVENT_TYPE_CREATED : AuditEntry.Action.EVENT_TYPE_EDITED));
            written = true;
            return 1;
        }

        @Override
        public void committed() {
            added = added.with(type);
        }
    }

    private final class Delete implements Wish {
        private final String type;
        private final Predicate<Optional<EventType>> expected;
        private final AuditEntry entry;
        private boolean written;

        private Delete(String type, Predicate<Optional<EventType>> expected, AuditEntry entry) {
            this.type = type;
            this.expected = expected;
            this.entry = entry;
        }

        @Override
        public int apply(Transaction transaction) throws SQLException {
            Optional<EventType> before = stored(transaction.connection(), type);
            if (before.isPresent()) {
                require(expected, before);
            } else if (!written) {
                throw notFound(type);
            }
            Audit.write(transaction, entry);
            written = true;
            return remove(transaction.connection(), type);
        }

        @Override
        public void committed() {
            added = added.without(type);
        }
    }

    private static Optional<EventType> stored(Connection connection, String type) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select type, definition from event_type where type = ?")) {
            select.setString(1, type);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(read(row)) : Optional.empty();
            }
        }
    }

    private static EventType read(ResultSet row) throws SQLException {
        try {
            return EventType.fromJson(Json.parse(row.getBytes("definition")));
        } catch (JsonSyntaxException | ProblemException e) {
            throw new SQLException("the stored event type " + row.getString("type") + " is not readable", e);
        }
    }

    private static int remove(Connection connection, String type) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from event_type where type = ?")) {
            delete.setString(1, type);
            return delete.executeUpdate();
        }
    }

    private static void requireRoom(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select count(*) from event_type");
                ResultSet row = select.executeQuery()) {
            row.next();
            if (row.getInt(1) >= MOST) {
                throw new ProblemException(
                        409,
                        "too-many-event-types",
                        Map.of("most", MOST),
                        "There are " + MOST + " event types that were added already: delete one first, or define this"
                                + " one in a file.");
            }
        }
    }

    private void requireNotInFile(String type) {
        if (isInFile(type)) {
            String detail = "The event type " + type + " stands in a file in config/event-types: change it there.";
            throw new ProblemException(409, FieldError.of("", "defined-in-file", detail));
        }
    }
}
