package io.posel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import javax.sql.DataSource;

/** Where each polled source has been read to. One that is lost in a power loss costs duplicates, no events. */
public final class SourcePositions {
    private static final int MAX = 4_000;

    private final DataSource dataSource;
    private final InstantSource clock;

    public SourcePositions(DataSource dataSource, InstantSource clock) {
        this.dataSource = dataSource;
        this.clock = clock;
    }

    /** @throws StoreUnavailableException if the database does not answer */
    public Optional<String> find(String source) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select position from source_cursor where source = ?")) {
            select.setString(1, source);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    /**
     * Keeps it in place of the one before. One source has one reader.
     *
     * @throws IllegalArgumentException if it has more than {@value #MAX} characters
     * @throws StoreUnavailableException if the database does not answer
     */
    public void save(String source, String position) {
        if (position.length() > MAX) {
            throw new IllegalArgumentException("the cursor has more than " + MAX + " characters and cannot be kept");
        }
        try (Connection connection = dataSource.getConnection()) {
            if (write(
                            connection,
                            "update source_cursor set position = ?, updated_at = ? where source = ?",
                            position,
                            source)
                    == 0) {
                write(
                        connection,
                        "insert into source_cursor (position, updated_at, source) values (?, ?, ?)",
                        position,
                        source);
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    private int write(Connection connection, String sql, String position, String source) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, position);
            statement.setObject(2, clock.instant().atOffset(ZoneOffset.UTC));
            statement.setString(3, source);
            return statement.executeUpdate();
        }
    }
}
