package io.posel.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The time zone in which a MySQL or MariaDB server writes out a {@code TIMESTAMP}: that of the session, whatever zone
 * the driver takes it for. A server that follows its machine's clock ({@code SYSTEM}) gives only an abbreviation; then
 * the zone is the one that agrees with the server on what its clock showed at many past and future instants.
 */
final class SessionZone {
    private static final String SHOWN = "date_format(from_unixtime(?), '%Y-%m-%dT%H:%i:%s')";
    private static final int FIRST_YEAR = 1975;
    private static final int LAST_YEAR = 2037;

    private final ZoneId preferred;
    private final ConcurrentMap<String, ZoneId> observed = new ConcurrentHashMap<>();

    /** @param preferred where several zones agree with the server */
    SessionZone(ZoneId preferred) {
        this.preferred = preferred;
    }

    ZoneId of(Connection connection) throws SQLException {
        String session;
        String system;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select @@session.time_zone, @@system_time_zone")) {
            row.next();
            session = row.getString(1);
            system = row.getString(2);
        }
        try {
            return ZoneId.of(session.equals("SYSTEM") && isUtc(system) ? "Z" : session);
        } catch (DateTimeException e) {
            String name = session + " " + system;
            ZoneId known = observed.get(name);
            if (known == null) {
                known = observed(connection);
                observed.put(name, known);
            }
            return known;
        }
    }

    private static boolean isUtc(String abbreviation) {
        return abbreviation.equals("UTC") || abbreviation.equals("Etc/UTC");
    }

    private ZoneId observed(Connection connection) throws SQLException {
        List<Instant> instants = instants();
        List<LocalDateTime> clock = clock(connection, instants);
        Comparator<ZoneId> agreement = Comparator.comparingLong(zone -> agreements(zone, instants, clock));
        return ZoneId.getAvailableZoneIds().stream()
                .map(ZoneId::of)
                .max(agreement.thenComparing(preferred::equals).thenComparing(ZoneId::getId))
                .orElse(ZoneOffset.UTC);
    }

    /** Twice a month of the present decades and twice a year before and after. */
    private static List<Instant> instants() {
        List<Instant> instants = new ArrayList<>();
        for (int year = FIRST_YEAR; year <= LAST_YEAR; year++) {
            for (int month = 1; month <= 12; month += year < 2010 ? 6 : 1) {
                instants.add(LocalDateTime.of(year, month, 2, 12, 0).toInstant(ZoneOffset.UTC));
                instants.add(LocalDateTime.of(year, month, 28, 12, 0).toInstant(ZoneOffset.UTC));
            }
        }
        return instants;
    }

    private static List<LocalDateTime> clock(Connection connection, List<Instant> instants) throws SQLException {
        String shown = "select " + String.join(", ", Collections.nCopies(instants.size(), SHOWN));
        try (PreparedStatement select = connection.prepareStatement(shown)) {
            for (int i = 0; i < instants.size(); i++) {
                select.setLong(i + 1, instants.get(i).getEpochSecond());
            }
            try (ResultSet row = select.executeQuery()) {
                row.next();
                List<LocalDateTime> clock = new ArrayList<>();
                for (int i = 0; i < instants.size(); i++) {
                    clock.add(LocalDateTime.parse(row.getString(i + 1)));
                }
                return clock;
            }
        }
    }

    private static long agreements(ZoneId zone, List<Instant> instants, List<LocalDateTime> clock) {
        long agreements = 0;
        for (int i = 0; i < instants.size(); i++) {
            if (LocalDateTime.ofInstant(instants.get(i), zone).equals(clock.get(i))) {
                agreements++;
            }
        }
        return agreements;
    }
}
