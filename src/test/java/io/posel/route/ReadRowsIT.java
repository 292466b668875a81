package io.posel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.event.RowEvents;
import io.posel.store.Database;
import io.posel.store.SetAside;
import io.posel.testing.MovableClock;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadRowsIT {
    @TempDir
    Path folder;

    private static Map<String, Object> row(Object id, Object more) {
        return Map.of(
                "ID", id, "TYPE", "customer.tier.changed", "ENTITY_TYPE", "customer", "ENTITY_ID", 42, "MORE", more);
    }

    private static Object nested(int depth) {
        Object value = new Object[0];
        for (int i = 1; i < depth; i++) {
            value = new Object[] {value};
        }
        return value;
    }

    @Test
    @DisplayName("C4: a row that only accepting would refuse is set aside before it blocks those behind it")
    void refusedByAccepting() throws Exception {
        try (Database database = new Database(Database.Access.embedded(folder))) {
            database.migrate();
            ReadRows rows = new ReadRows(
                    "crm",
                    new RowEvents("crm", ZoneOffset.UTC),
                    new EventReader(() -> "generated"),
                    new SetAsideLog("crm", new SetAside(database.dataSource(), new MovableClock())));
            Exchange exchange = new DefaultExchange(new DefaultCamelContext());
            exchange.getMessage().setBody(List.<Object>of(row(1, "x"), row(2, nested(150)), row(3, new byte[] {1})));

            rows.process(exchange);

            assertThat(Bodies.listOf(Event.class, exchange))
                    .extracting(Event::id)
                    .containsExactly("crm:1", "crm:3");
        }
    }

    @Test
    @DisplayName("G6: a row that comes twice is one event; another row with the same id is set aside, not lost")
    void sameId() throws Exception {
        try (Database database = new Database(Database.Access.embedded(folder))) {
            database.migrate();
            ReadRows rows = new ReadRows(
                    "crm",
                    new RowEvents("crm", ZoneOffset.UTC),
                    new EventReader(() -> "generated"),
                    new SetAsideLog("crm", new SetAside(database.dataSource(), new MovableClock())));
            Exchange exchange = new DefaultExchange(new DefaultCamelContext());
            exchange.getMessage().setBody(List.<Object>of(row(1, "x"), row(1, "x"), row(1, "y"), row(2, "z")));

            rows.process(exchange);

            assertThat(Bodies.listOf(Event.class, exchange))
                    .extracting(Event::id)
                    .containsExactly("crm:1", "crm:2");
            assertThat((List<?>) exchange.getProperty("rows")).hasSize(4);
            try (Connection connection = database.dataSource().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select item, utf8tostring(data) from set_aside")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("1");
                assertThat(row.getString(2)).contains("\"MORE\":\"y\"");
                assertThat(row.next()).isFalse();
            }
        }
    }
}
