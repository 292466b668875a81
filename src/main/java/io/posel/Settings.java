package io.posel;

import io.posel.delivery.Cidr;
import io.posel.store.EncryptionKey;
import io.posel.web.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.quartz.CronExpression;

/**
 * Every setting, from the weakest to the strongest: the defaults in the jar, {@code config/application.properties} in
 * the home, the environment. Values are read as text; the getters check them and name the key, its environment variable
 * and what is expected.
 */
public final class Settings {
    private static final String DEFAULTS = "/posel/config/application.properties";
    private static final String SOURCE = SettingNames.SOURCE;
    private static final Pattern AUTO_SERVER =
            Pattern.compile(";\\s*AUTO_SERVER\\s*=(?!\\s*(?:FALSE|F|NO|N|0)\\s*(?:;|$))");
    private static final String HOST = "(?:\\[[^\\]]*]|[^:/?,\\[]*)(?::\\d{0,5})?";
    /** Its driver logs the whole of one that it cannot read, a password in it too. */
    private static final Pattern POSTGRESQL = Pattern.compile(
            "jdbc:postgresql:(?://" + HOST + "(?:," + HOST + ")*(?:/[^/?]*)?|[^/?]*)(?:\\?.*)?", Pattern.DOTALL);

    private static final String HEADER = ".header.";
    private static final Set<PosixFilePermission> OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_EXECUTE);

    private static final List<String> TOKENS = List.of("posel.admin-token", "posel.intake-token");
    private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

    private final Path home;
    private final Map<String, String> values;
    private final Map<String, String> origins;
    private final Map<String, String> environment;

    /** @param origins where the values come from that are not defaults, for messages */
    Settings(Path home, Map<String, String> values, Map<String, String> origins, Map<String, String> environment) {
        this.home = home;
        this.values = values;
        this.origins = origins;
        this.environment = Map.copyOf(environment);
    }

    /**
     * @param environment as of {@link System#getenv()}
     * @throws InvalidSettingException for a file that cannot be read, or a key or variable that has no effect
     */
    public static Settings load(Path home, Map<String, String> environment) {
        return load(home, environment, Set.of());
    }

    /** @param systemProperties the names of those that the JVM has, to refuse those that somebody took for settings */
    static Settings load(Path home, Map<String, String> environment, Set<String> systemProperties) {
        return new SettingsReader(home, defaults()).read(environment, systemProperties);
    }

    /** The variable of the environment that sets this key. */
    public static String environmentName(String key) {
        return SettingNames.variable(key);
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

    /** A copy in which one value differs; for programs that start Posel with settings of their own. */
    public Settings with(String key, String value) {
        Map<String, String> changed = new TreeMap<>(values);
        changed.put(key, value);
        Map<String, String> others = new TreeMap<>(origins);
        others.remove(key);
        return new Settings(home, changed, others, environment);
    }

    /**
     * Reads every setting as what it is, so that a wrong one is found at the start, by name, and not when it is first
     * used. Names, addresses and secrets can be anything.
     *
     * @throws InvalidSettingException for the first that is wrong
     */
    public void check() {
        number("posel.http.port", 0, 65_535);
        number("posel.http.connections", 10, 100_000);
        flag("posel.http.access-log");
        bytes("posel.max-body");
        number("posel.http.rate-limit", 0, 1_000_000);
        number("posel.http.intake-rate-limit", 0, 1_000_000);
        number("posel.max-webhooks", 1, 1_000_000);
        databaseUrl("posel.db.url");
        tokens();
        secretKey(SecretKeys.SETTING);
        secretKey(SecretKeys.NEW_SETTING);
        zone("posel.time-zone");
        for (String source : sources()) {
            flagIfSet(SOURCE + source + ".enabled");
            durationIfSet(SOURCE + source + ".interval");
            durationIfSet(SOURCE + source + ".max-delay");
            opensNoPort(SOURCE + source + ".db.url");
        }
        duration("posel.webhook-files.interval");
        oneOf("posel.login-link", "start", "never");
        oneOf("posel.ordering", "entity", "entityType", "none");
        duration("posel.sequence.timeout");
        flag("posel.delivery.https-only");
        blocks("posel.delivery.allow");
        duration("posel.delivery.connect-timeout");
        duration("posel.delivery.timeout");
        duration("posel.connection.max-age");
        number("posel.delivery.redeliveries", 0, 100);
        duration("posel.delivery.redelivery-delay");
        number("posel.delivery.redelivery-factor", 1, 1_000);
        duration("posel.delivery.max-delay");
        number("posel.delivery.concurrency", 1, 10_000);
        number("posel.delivery.threads", 1, 10_000);
        duration("posel.expire-after");
        cron("posel.purge-cron");
        duration("posel.retention");
        duration("posel.shutdown-timeout");
    }

    /** What is possible, but probably not meant or not safe, a sentence for each; of settings that {@link #check} passes. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (String key : TOKENS) {
            if (!text(key).isBlank() && text(key).strip().length() < Tokens.AMPLE) {
                warnings.add(
                        "setting %s (%s)%s has fewer than %d characters: a longer one, as of openssl rand -base64 32, cannot be guessed"
                                .formatted(key, environmentName(key), origin(key), Tokens.AMPLE));
            }
        }
        for (Cidr block : blocks("posel.delivery.allow")) {
            if (block.isWide()) {
                warnings.add(
                        "setting posel.delivery.allow (%s)%s has the block %s: whoever may define a webhook reaches all that this process can reach there; name the networks that are needed"
                                .formatted(
                                        environmentName("posel.delivery.allow"),
                                        origin("posel.delivery.allow"),
                                        block));
            }
        }
        Path data = path("posel.data-dir");
        if (isOpenToOthers(data)) {
            warnings.add(
                    "the data directory %s can be read by every user of this machine: events, tokens and keys may be in there; chmod 700 it"
                            .formatted(data));
        }
        return warnings;
    }

    private static boolean isOpenToOthers(Path directory) {
        try {
            PosixFileAttributeView view = Files.getFileAttributeView(directory, PosixFileAttributeView.class);
            return view != null
                    && Files.exists(directory)
                    && !Collections.disjoint(view.readAttributes().permissions(), OTHERS);
        } catch (IOException e) {
            return false; // told when it is used
        }
    }

    public Path home() {
        return home;
    }

    /** A variable of the environment that Posel was started in, whether or not it is a setting. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    /**
     * What Camel gets, and route files see as {@code {{key}}}: no passwords, tokens, keys and no proxy but Camel's own, and the durations of Posel's own settings in
     * milliseconds. Camel reads those everywhere, but ISO-8601 only in places: to options such as {@code delay} it is 0.
     */
    public Map<String, String> properties() {
        Map<String, String> properties = new TreeMap<>();
        values.forEach((key, value) -> {
            if (!isSecret(key) || CamelKeys.isCamels(key)) {
                properties.put(key, key.startsWith("posel.") ? durationAsMillis(value) : value);
            }
        });
        return properties;
    }

    /** Whether its value is never shown, and so no route file sees it. Every secret setting is one of these. */
    static boolean isSecret(String key) {
        return key.endsWith("password")
                || key.endsWith("token")
                || key.startsWith(SOURCE) && key.contains(HEADER)
                || key.equals(SecretKeys.SETTING)
                || key.equals(SecretKeys.NEW_SETTING)
                || key.equals("posel.delivery.proxy");
    }

    /** Whether a file can hold its value, named by {@code <key>-file}: of secrets, and of addresses with a password. */
    static boolean isInFile(String key) {
        return key.startsWith(SettingNames.PREFIX) && (isSecret(key) || key.endsWith(".url"));
    }

    private static String durationAsMillis(String value) {
        try {
            return Long.toString(Duration.parse(value).toMillis());
        } catch (DateTimeParseException | ArithmeticException e) {
            return value;
        }
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

    /** The headers in {@code posel.source.<name>.header.<Header>}, those that have a value. */
    public Map<String, String> headers(String source) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        String prefix = SOURCE + source + HEADER;
        values.forEach((key, value) -> {
            if (key.startsWith(prefix) && !value.isBlank()) {
                headers.put(key.substring(prefix.length()), value.strip());
            }
        });
        return headers;
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

    /** A duration that is not negative, and that milliseconds can count. */
    public Duration duration(String key) {
        try {
            Duration duration = Duration.parse(text(key));
            if (!duration.isNegative() && duration.compareTo(LONGEST) <= 0) {
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

    /** Blocks of addresses, separated by commas. */
    List<Cidr> blocks(String key) {
        try {
            return Cidr.parseList(text(key));
        } catch (IllegalArgumentException e) {
            throw invalid(key, "CIDR blocks separated by commas: " + e.getMessage());
        }
    }

    /** Those that are set, not shown in the messages; the others are made, long and different. */
    private void tokens() {
        for (String key : TOKENS) {
            Tokens.flaw(text(key)).ifPresent(flaw -> {
                throw new InvalidSettingException(
                        "setting %s (%s)%s %s".formatted(key, environmentName(key), origin(key), flaw));
            });
        }
        String admin = text(TOKENS.get(0)).strip();
        if (!admin.isEmpty() && admin.equals(text(TOKENS.get(1)).strip())) {
            throw new InvalidSettingException(
                    "settings %s (%s)%s and %s (%s)%s are equal: each producer would be an administrator; make one of them another"
                            .formatted(
                                    TOKENS.get(0),
                                    environmentName(TOKENS.get(0)),
                                    origin(TOKENS.get(0)),
                                    TOKENS.get(1),
                                    environmentName(TOKENS.get(1)),
                                    origin(TOKENS.get(1))));
        }
    }

    private void oneOf(String key, String... words) {
        if (!List.of(words).contains(text(key))) {
            throw invalid(key, "one of " + String.join(", ", words));
        }
    }

    private void cron(String key) {
        try {
            CronExpression.validateExpression(text(key));
        } catch (ParseException e) {
            throw invalid(key, "a Quartz cron expression such as \"0 * * * * ?\", seconds first: " + e.getMessage());
        }
    }

    /** A key of 32 bytes, empty if it is not set. Not shown in the message. */
    Optional<EncryptionKey> secretKey(String key) {
        String text = text(key);
        if (text.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(EncryptionKey.parse(text));
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                    "setting %s (%s)%s must be 32 bytes in base64, as of openssl rand -base64 32"
                            .formatted(key, environmentName(key), origin(key)));
        }
    }

    /** Not shown in the message: it may hold a password. */
    private void databaseUrl(String key) {
        String url = text(key);
        if (!url.isEmpty() && !url.startsWith("jdbc:postgresql:") && !url.startsWith("jdbc:h2:")) {
            throw new InvalidSettingException("setting %s (%s)%s must begin with jdbc:postgresql: or jdbc:h2:"
                    .formatted(key, environmentName(key), origin(key)));
        }
        opensNoPort(key);
        if (url.startsWith("jdbc:postgresql:") && !POSTGRESQL.matcher(url).matches()) {
            throw new InvalidSettingException(
                    "setting %s (%s)%s is not a JDBC URL of PostgreSQL; write it as jdbc:postgresql://host:5432/database"
                            .formatted(key, environmentName(key), origin(key)));
        }
    }

    /** Of one process more than Posel; it would be let in over the network. */
    private void opensNoPort(String key) {
        String url = text(key).toUpperCase(Locale.ROOT);
        if (url.startsWith("JDBC:H2:") && AUTO_SERVER.matcher(url).find()) {
            throw new InvalidSettingException(
                    "setting %s (%s)%s must not contain AUTO_SERVER, with which H2 opens a port"
                            .formatted(key, environmentName(key), origin(key)));
        }
    }

    private void flagIfSet(String key) {
        if (!text(key).isEmpty()) {
            flag(key);
        }
    }

    private void durationIfSet(String key) {
        if (!text(key).isEmpty()) {
            duration(key);
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

    /** What to throw for a value that cannot be used: names the key, its variable, the place and what is expected. */
    public InvalidSettingException invalid(String key, String expected) {
        return new InvalidSettingException("setting %s (%s) is \"%s\"%s, expected is %s"
                .formatted(key, environmentName(key), text(key), origin(key), expected));
    }

    /** The same without the value, which may hold a password. */
    public InvalidSettingException invalidSecret(String key, String expected) {
        return new InvalidSettingException("setting %s (%s)%s cannot be used, expected is %s"
                .formatted(key, environmentName(key), origin(key), expected));
    }

    /** The place of a key in the form that Camel uses for it, as a prefix for a message; empty for a default. */
    String place(String key) {
        return origins.entrySet().stream()
                .filter(each -> CamelKeys.isSame(each.getKey(), key))
                .map(each -> each.getValue() + ": ")
                .findFirst()
                .orElse("");
    }

    private String origin(String key) {
        String origin = origins.get(key);
        return origin == null ? "" : " in " + origin;
    }
}
