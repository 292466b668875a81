package io.posel;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every setting, from the weakest to the strongest: the defaults in the jar, {@code config/application.properties} in
 * the home, the environment. Values are read as text; the getters check them and name the key, its environment variable
 * and what is expected.
 */
public final class Settings {
    private static final String DEFAULTS = "/posel/config/application.properties";
    private static final String SOURCE = "posel.source.";

    private final Path home;
    private final Map<String, String> values;

    private Settings(Path home, Map<String, String> values) {
        this.home = home;
        this.values = values;
    }

    /**
     * @param environment as of {@link System#getenv()}
     * @throws InvalidSettingException for a file that cannot be read, or a key that nobody knows
     */
    public static Settings load(Path home, Map<String, String> environment) {
        Map<String, String> values = defaults();
        Set<String> known = Set.copyOf(values.keySet());
        Path file = home.resolve("config/application.properties");
        if (Files.exists(file)) {
            properties(file).forEach((key, value) -> {
                String name = key.toString();
                if (name.startsWith("posel.") && !known.contains(name) && !name.startsWith(SOURCE)) {
                    throw new InvalidSettingException(file + ": there is no setting " + name);
                }
                values.put(name, value.toString().strip());
            });
        }
        for (String key : List.copyOf(values.keySet())) {
            String value = environment.get(environmentName(key));
            if (value != null) {
                values.put(key, value.strip());
            }
        }
        return new Settings(home, values);
    }

    /** The variable of the environment that sets this key. */
    public static String environmentName(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static Map<String, String> defaults() {
        Properties properties = new Properties();
        try (InputStream in = Settings.class.getResourceAsStream(DEFAULTS)) {
            properties.load(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Map<String, String> values = new TreeMap<>();
        properties.forEach((key, value) -> values.put(key.toString(), value.toString()));
        return values;
    }

    private static Properties properties(Path file) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidSettingException(file + " cannot be read: " + e.getMessage());
        }
        return properties;
    }

    /** A copy in which one value differs; for programs that start Posel with settings of their own. */
    public Settings with(String key, String value) {
        Map<String, String> changed = new TreeMap<>(values);
        changed.put(key, value);
        return new Settings(home, changed);
    }

    public Path home() {
        return home;
    }

    /** All keys and values, secrets among them: not for logs. */
    public Map<String, String> all() {
        return Map.copyOf(values);
    }

    /** The names in {@code posel.source.<name>.…}. */
    public Set<String> sources() {
        Set<String> names = new TreeSet<>();
        for (String key : values.keySet()) {
            if (key.startsWith(SOURCE) && key.indexOf('.', SOURCE.length()) > 0) {
                names.add(key.substring(SOURCE.length(), key.indexOf('.', SOURCE.length())));
            }
        }
        return names;
    }

    public String text(String key) {
        return values.getOrDefault(key, "");
    }

    public List<String> list(String key) {
        List<String> items = new ArrayList<>();
        for (String item : text(key).split(",")) {
            if (!item.isBlank()) {
                items.add(item.strip());
            }
        }
        return items;
    }

    public Path path(String key) {
        return home.resolve(text(key)).toAbsolutePath().normalize();
    }

    public boolean flag(String key) {
        return switch (text(key).toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw invalid(key, "true or false");
        };
    }

    public int number(String key, int least, int most) {
        try {
            int number = Integer.parseInt(text(key));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw invalid(key, "a whole number from " + least + " to " + most);
    }

    /** A duration that is not negative. */
    public Duration duration(String key) {
        try {
            Duration duration = Duration.parse(text(key));
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // said below
        }
        throw invalid(key, "an ISO-8601 duration such as PT10S or P3D");
    }

    /** A time zone; empty is the system's. */
    public ZoneId zone(String key) {
        try {
            return text(key).isEmpty() ? ZoneId.systemDefault() : ZoneId.of(text(key));
        } catch (DateTimeException e) {
            throw invalid(key, "a time zone such as Europe/Prague");
        }
    }

    /** A size in bytes, written {@code 1MB}. */
    public int bytes(String key) {
        String text = text(key).toUpperCase(Locale.ROOT);
        int unit = text.endsWith("KB") ? 1 << 10 : text.endsWith("MB") ? 1 << 20 : text.endsWith("GB") ? 1 << 30 : 1;
        String number = text.replaceFirst("\\s*[KMG]?B$", "");
        try {
            long bytes = Math.multiplyExact(Long.parseLong(number), unit);
            if (bytes > 0 && bytes <= Integer.MAX_VALUE) {
                return (int) bytes;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // said below
        }
        throw invalid(key, "a size such as 512kB or 1MB, less than 2GB");
    }

    public InvalidSettingException invalid(String key, String expected) {
        return new InvalidSettingException(
                "setting %s (%s) is \"%s\", expected is %s".formatted(key, environmentName(key), text(key), expected));
    }
}
