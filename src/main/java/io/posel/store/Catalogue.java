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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * The catalogue of event types: those in files, which only an edit of the file changes, and those that operators added.
 * In memory as on disk; it is offered to people and decides nothing about events.
 */
public final class Catalogue {
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
                try {
                    types.add(EventType.fromJson(Json.parse(row.getBytes("definition"))));
                } catch (JsonSyntaxException | ProblemException e) {
                    throw new SQLException("the stored event type " + row.getString("type") + " is not readable", e);
                }
            }
        }
        added = new EventTypes(types);
    }

    /** Those in files first. */
    public List<EventType> all() {
        List<EventType> all = new ArrayList<>(files.all());
        added.all().stream().filter(type -> !isInFile(type.type())).forEach(all::add);
        return all;
    }

    public Optional<EventType> find(String type) {
        return files.find(type).or(() -> added.find(type));
    }

    /** The names of the variables of a type, empty for one that is not in the catalogue. */
    public Optional<Set<String>> variables(String type) {
        return find(type)
                .map(entry ->
                        entry.variables().stream().map(EventType.Variable::name).collect(Collectors.toSet()));
    }

    public boolean isInFile(String type) {
        return files.find(type).isPresent();
    }

    /**
     * Adds a type, or replaces one that was added.
     *
     * @return whether it is new
     * @throws ProblemException 409 for a type that a file defines
     */
    public boolean put(EventType type) {
        requireNotInFile(type.type());
        Webhooks.await(writer.wish(transaction -> {
            Connection connection = transaction.connection();
            delete(connection, type.type());
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into event_type (type, definition) values (?, ?)")) {
                insert.setString(1, type.type());
                insert.setBytes(2, type.toJson().toBytes());
                return insert.executeUpdate();
            }
        }));
        synchronized (this) {
            boolean isNew = added.find(type.type()).isEmpty();
            added = added.with(type);
            return isNew;
        }
    }

    /** @throws ProblemException 409 for a type that a file defines, 404 for one that nobody added */
    public void delete(String type) {
        requireNotInFile(type);
        if (added.find(type).isEmpty()) {
            throw new ProblemException(
                    404, "unknown-event-type", Map.of("type", type), "There is no event type " + type + ".");
        }
        Webhooks.await(writer.wish(transaction -> delete(transaction.connection(), type)));
        synchronized (this) {
            added = added.without(type);
        }
    }

    private static int delete(Connection connection, String type) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from event_type where type = ?")) {
            delete.setString(1, type);
            return delete.executeUpdate();
        }
    }

    private void requireNotInFile(String type) {
        if (isInFile(type)) {
            String detail = "The event type " + type + " stands in a file in config/event-types: change it there.";
            throw new ProblemException(409, FieldError.of("", "defined-in-file", detail));
        }
    }
}
