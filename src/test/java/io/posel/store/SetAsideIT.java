package io.posel.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.posel.json.Json;
import io.posel.testing.MovableClock;
import io.posel.testing.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SetAsideIT {
    private static final Json DATA = Json.object("a", "\0\ud800");

    @TempDir
    Path folder;

    private Database database(TestDatabase kind) throws Exception {
        Map<String, String> access = kind.create(folder);
        Database database = new Database(
                access.containsKey("POSEL_DB_URL")
                        ? new Database.Access(access.get("POSEL_DB_URL"), access.get("POSEL_DB_USER"), "")
                        : Database.Access.embedded(folder));
        database.migrate();
        return database;
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("G6: whatever an item holds, it can be set aside, once, and beside others like it")
    void anything(TestDatabase kind) throws Exception {
        try (Database database = database(kind)) {
            SetAside setAside = new SetAside(database.dataSource(), new MovableClock());

            assertThat(setAside.keep("crm", "1", "bad", DATA)).isTrue();
            assertThat(setAside.keep("crm", "1", "bad", DATA)).isFalse();
            assertThat(setAside.keep("erp", "1", "bad", DATA)).isTrue();
            assertThat(setAside.keep("crm", "\0\ud800", "\0\ud800", DATA)).isTrue();
            assertThat(setAside.keep("crm", null, "no id", DATA)).isTrue();
            assertThat(setAside.keep("crm", null, "no id", DATA)).isFalse();
            assertThat(setAside.keep("crm", null, "no id", Json.EMPTY)).isTrue();

            String emoji = "\ud83d\ude00".repeat(1_500);
            assertThat(setAside.keep("crm", emoji + "a", emoji, DATA)).isTrue();
            assertThat(setAside.keep("crm", emoji + "b", emoji, DATA)).isTrue();
        }
    }
}
