package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFilesTest {
    @TempDir
    private Path home;

    @Test
    @DisplayName("D12: a limit of open files that is below what the settings permit is told, with both numbers")
    void limits() {
        Settings settings =
                Settings.load(home, Map.of("POSEL_HTTP_CONNECTIONS", "200", "POSEL_DELIVERY_THREADS", "50"));

        assertThat(OpenFiles.warning(settings, 256)).hasValueSatisfying(warning -> assertThat(warning)
                .contains("may open 256 files", "need 350", "POSEL_HTTP_CONNECTIONS", "ulimit -n"));
        assertThat(OpenFiles.warning(settings, 350)).isEmpty();
        assertThat(OpenFiles.warning(settings, -1)).isEmpty();
    }
}
