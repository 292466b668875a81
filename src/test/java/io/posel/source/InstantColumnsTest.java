package io.posel.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.TimeZone;
import javax.sql.DataSource;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class InstantColumnsTest {
    private static final long YEAR_1 = -62_135_596_800L;
    private static final long YEAR_10000 = 253_402_300_799L;

    @Provide
    Arbitrary<String> zones() {
        return Arbitraries.of(ZoneId.getAvailableZoneIds());
    }

    @Property
    @Label("G11: an instant is read as the same instant and a local time as the same, in any zone of JVM and setting")
    void anyInstant(
            @ForAll @LongRange(min = YEAR_1, max = YEAR_10000) long second,
            @ForAll @IntRange(max = 999_999_999) int nano,
            @ForAll("zones") String setting,
            @ForAll("zones") String jvmZone)
            throws SQLException {
        Instant instant = Instant.ofEpochSecond(second, nano);
        LocalDateTime local = LocalDateTime.ofEpochSecond(second, nano, ZoneOffset.UTC);
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone(jvmZone));
        try (Connection database = DriverManager.getConnection("jdbc:h2:mem:");
                Connection connection = typed(database, ZoneId.of(setting));
                PreparedStatement select = connection.prepareStatement("select cast(? as timestamp(9) with time zone),"
                        + " cast(? as timestamp(9)), cast(? as date), cast(? as time(9))")) {
            select.setObject(1, instant.atOffset(ZoneOffset.UTC));
            select.setObject(2, local);
            select.setObject(3, local.toLocalDate());
            select.setObject(4, local.toLocalTime());
            try (ResultSet row = select.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(((OffsetDateTime) row.getObject(1)).toInstant()).isEqualTo(instant);
                assertThat(row.getObject(2)).isEqualTo(local);
                assertThat(row.getObject(3)).isEqualTo(local.toLocalDate());
                assertThat(row.getObject(4)).isEqualTo(local.toLocalTime());
            }
        } finally {
            TimeZone.setDefault(before);
        }
    }

    private static Connection typed(Connection connection, ZoneId zone) throws SQLException {
        DataSource one = (DataSource) Proxy.newProxyInstance(
                InstantColumnsTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, args) -> connection);
        return new TypedRows(zone, 1 << 20).of(one).getConnection();
    }
}
