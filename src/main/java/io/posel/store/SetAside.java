package io.posel.store;

import io.posel.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HexFormat;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Keeps what a source brought and no event could be made of, with the reason, until retention ends. */
public final class SetAside {
    private static final int MAX_ITEM = 400;
    static final int MAX_REASON = 2_000;

    private final DataSource dataSource;
    private final InstantSource clock;

    public SetAside(DataSource dataSource, InstantSource clock) {
        this.dataSource = dataSource;
        this.clock = clock;
    }

    /**
     * Keeps the first of each key.
     *
     * @param key what tells it from others of this source; null if it has none, then its content does
     * @return whether it was not there before
     * @throws StoreUnavailableException if it is not known to be kept
     */
    public boolean keep(String source, @Nullable String key, String reason, Json data) {
        byte[] bytes = data.toBytes();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("insert into set_aside (source, item, reason, data, at)"
                                + " values (?, ?, ?, ?, ?) on conflict do nothing")) {
            insert.setString(1, source);
            insert.setString(2, key == null || key.isEmpty() ? "sha256:" + digest(bytes) : fitting(key, MAX_ITEM));
            insert.setString(3, fitting(reason, MAX_REASON));
            insert.setBytes(4, bytes);
            insert.setObject(5, clock.instant().atOffset(ZoneOffset.UTC));
            return insert.executeUpdate() > 0;
        } catch (SQLException e) {
            throw new StoreUnavailableException("the database did not answer: " + e.getMessage(), e);
        }
    }

    /** What a text column takes: no NUL, no lone surrogate, not too long. */
    static String fitting(String text, int max) {
        String encodable = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        String clean = encodable.replaceAll("\\p{Cntrl}", "?");
        if (clean.length() <= max) {
            return clean;
        }
        // the end of a digest, so that two long texts with one beginning stay two
        String mark = "…" + digest(text.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
        int end = max - mark.length();
        return clean.substring(0, Character.isHighSurrogate(clean.charAt(end - 1)) ? end - 1 : end) + mark;
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
