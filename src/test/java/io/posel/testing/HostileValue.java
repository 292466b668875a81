package io.posel.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of {@code hostile-values.txt}, which says what the parts are.
 *
 * @param section what the value tries to break out of
 */
public record HostileValue(String section, String value, String why) {
    private static final String LONG = "ab{{env:HOME}}\"'#v#\u010d".repeat(50_000);

    /** @param canary an address that nobody may reach */
    public static List<HostileValue> all(String canary) {
        try (InputStream in = HostileValue.class.getResourceAsStream("/hostile-values.txt")) {
            List<HostileValue> values = new ArrayList<>();
            String section = "";
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (line.startsWith("# --- ")) {
                    section = line.substring(6);
                } else if (line.contains(" | ") && !line.matches("# [^|].*")) {
                    values.add(parse(section, line, canary));
                }
            }
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HostileValue parse(String section, String line, String canary) {
        int end = line.lastIndexOf(" | ");
        String value = HostileHost.unescaped(line.substring(0, end))
                .replace("{canary}", canary)
                .replace("{long}", LONG);
        return new HostileValue(section, value, line.substring(end + 3));
    }

    /** Whether there is a character that UTF-8 cannot say. */
    public boolean hasLoneSurrogate() {
        return value.codePoints().anyMatch(c -> c >= 0xd800 && c <= 0xdfff);
    }

    /** Whether there is one that no header can hold. */
    public boolean hasControl() {
        return value.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c));
    }

    @Override
    public String toString() {
        return why;
    }
}
