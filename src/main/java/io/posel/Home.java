package io.posel;

import java.nio.file.Path;
import java.util.Map;

/** The folder that holds {@code config/}, {@code routes/} and {@code lib/}. */
final class Home {
    private Home() {}

    /** {@code POSEL_HOME}, or the working directory. */
    static Path of(Map<String, String> environment) {
        return Path.of(environment.getOrDefault("POSEL_HOME", ""))
                .toAbsolutePath()
                .normalize();
    }
}
