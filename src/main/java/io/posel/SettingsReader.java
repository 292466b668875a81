package io.posel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings from the file, the environment, and the files that hold secrets. Refuses what would have no effect,
 * and values that cannot be meant as they are: nothing that an operator wrote is ignored silently.
 */
final class SettingsReader {
    private static final String ENVIRONMENT = "the environment";
    private static final String FILE = "-file";
    private static final int LONGEST_SECRET = 1 << 16;
    private static final List<String> PLACEHOLDERS = List.of("{{", "${");

    /** Those that Posel, and not a setting, gives to the JVM. */
    private static final Set<String> OF_THE_JVM = Set.of("posel.log.level");

    private final Path home;
    private final Path file;
    private final CamelKeys camelKeys;
    private final Map<String, String> values;
    private final Map<String, String> origins = new TreeMap<>();
    private final Set<String> known;

    /** @param defaults of every setting that the jar knows */
    SettingsReader(Path home, Map<String, String> defaults) {
        this.home = home;
        this.file = home.resolve("config/application.properties");
        this.camelKeys = new CamelKeys(home);
        this.values = new TreeMap<>(defaults);
        this.known = new TreeSet<>(defaults.keySet());
        addFiles(defaults.keySet());
    }

    Settings read(Map<String, String> environment, Set<String> systemProperties) {
        if (!Files.notExists(file)) { // nor where that cannot be told, since a folder cannot be searched
            readFile();
        }
        readEnvironment(environment);
        refuse(systemProperties);
        for (String key : List.copyOf(values.keySet())) {
            if (key.endsWith(FILE) && known.contains(key)) {
                readSecret(key);
            }
        }
        checkValues();
        return new Settings(home, values, origins, environment);
    }

    private void addFiles(Set<String> keys) {
        for (String key : keys) {
            if (Settings.isInFile(key)) {
                known.add(key + FILE);
            }
        }
    }

    private void readFile() {
        Map<String, PropertiesFile.Entry> entries = PropertiesFile.read(file).entries();
        entries.keySet().stream()
                .filter(key -> SettingNames.ofSource(key).isPresent())
                .forEach(this::addSource);
        entries.forEach((key, entry) -> {
            String at = file + ":" + entry.line();
            refuseKey(key, at);
            values.put(key, entry.value());
            origins.put(key, at);
        });
    }

    /** All keys of a source that the file names one of. */
    private void addSource(String key) {
        String prefix = key.substring(0, key.indexOf('.', SettingNames.SOURCE.length()) + 1);
        Set<String> keys = new HashSet<>();
        SettingNames.OF_SOURCES.forEach(each -> keys.add(prefix + each));
        known.addAll(keys);
        addFiles(keys);
    }

    private void refuseKey(String key, String at) {
        String variable = SettingNames.variable(key);
        if (known.contains(key)) {
            return;
        } else if (SettingNames.ofSource(key).isPresent()) {
            keyOfASource(key, at);
        } else if (CamelKeys.isCamels(key)) {
            camelKeys.refusal(key).ifPresent(reason -> {
                throw new InvalidSettingException(at + ": " + key + " is refused: " + reason);
            });
        } else if (variable.startsWith("POSEL_") || known.stream().anyMatch(each -> isAlmost(variable, each))) {
            throw unknown(at + ": ", key, known);
        }
    }

    /** {@code pose.http.port}; everything else that does not begin with {@code posel.} is somebody's own. */
    private static boolean isAlmost(String variable, String key) {
        return SettingNames.distance(variable, SettingNames.variable(key)) <= 1;
    }

    /** A source may have keys of its own, but none that is one of the others, mistyped. */
    private void keyOfASource(String key, String at) {
        String own = SettingNames.ofSource(key).orElseThrow();
        String prefix = key.substring(0, key.length() - own.length());
        Predicate<String> mistyped = each -> SettingNames.isTypingErrorOf(own, each.substring(prefix.length()));
        if (known.stream().filter(each -> each.startsWith(prefix)).anyMatch(mistyped)) {
            throw unknown(at + ": ", key, known);
        }
        known.add(key);
        addFiles(Set.of(key));
    }

    private void readEnvironment(Map<String, String> environment) {
        Set<String> keys = new TreeSet<>(known);
        keys.addAll(values.keySet());
        Set<String> variables = new TreeSet<>();
        for (String key : keys) {
            String variable = SettingNames.variable(key);
            variables.add(variable);
            String value = environment.get(variable);
            if (value != null && !SettingNames.isOfKubernetes(variable, value)) {
                values.put(key, value.strip());
                origins.put(key, ENVIRONMENT);
            }
        }
        new TreeMap<>(environment).forEach((name, value) -> {
            if (!variables.contains(name)) {
                refuseVariable(name, value);
            }
        });
    }

    private void refuseVariable(String name, String value) {
        String variable = SettingNames.variable(name);
        if (name.equals("POSEL_HOME") || SettingNames.isOfKubernetes(name, value)) {
            return;
        } else if (variable.startsWith("POSEL_")) {
            Set<String> variables = new TreeSet<>();
            known.forEach(key -> variables.add(SettingNames.variable(key)));
            variables.add("POSEL_HOME");
            throw unknown("the environment: ", name, variables);
        } else if (CamelKeys.isCamels(variable)) {
            throw new InvalidSettingException("the environment: " + name + " is refused: Camel's keys are read from "
                    + file + ", and from the environment only if they are there too");
        }
    }

    private void refuse(Set<String> systemProperties) {
        for (String name : new TreeSet<>(systemProperties)) {
            String variable = SettingNames.variable(name);
            if (variable.startsWith("POSEL_") && !OF_THE_JVM.contains(name) || CamelKeys.isCamels(name)) {
                throw new InvalidSettingException("-D" + name + " is refused: settings are read from " + file
                        + " and from the environment, not from system properties");
            }
        }
    }

    private InvalidSettingException unknown(String place, String name, Set<String> names) {
        String nearest = SettingNames.nearest(name, names);
        String hint = SettingNames.variable(name).startsWith("POSEL_SOURCE_")
                ? " (variables of a source of your own count once " + file + " has a key of that source)"
                : "";
        boolean isClose = SettingNames.distance(SettingNames.variable(name), SettingNames.variable(nearest))
                <= nearest.length() / 4;
        return new InvalidSettingException(place + "there is no setting " + name
                + (isClose ? "; did you mean " + nearest + "?" : "; the nearest name is " + nearest) + hint);
    }

    /** Puts what is in the file that this key names into the setting that it is for. */
    private void readSecret(String fileKey) {
        String name = values.remove(fileKey);
        if (name == null || name.isEmpty()) {
            return;
        }
        String key = fileKey.substring(0, fileKey.length() - FILE.length());
        String place = "setting " + fileKey + " (" + SettingNames.variable(fileKey) + ") in " + origins.get(fileKey);
        if (!values.getOrDefault(key, "").isEmpty()) {
            throw new InvalidSettingException(place + " and setting " + key + " (" + SettingNames.variable(key) + ")"
                    + in(origins.get(key)) + " are both set; keep one of them");
        }
        Path secret = home.resolve(name);
        values.put(key, text(secret, place + ": the file " + secret + " "));
        origins.put(key, "the file " + secret);
    }

    private static String text(Path secret, String complaint) {
        String text;
        try (InputStream in = Files.newInputStream(secret)) {
            byte[] bytes = in.readNBytes(LONGEST_SECRET + 1);
            if (bytes.length > LONGEST_SECRET) {
                throw new InvalidSettingException(
                        complaint + "has more than 64 kB; it must hold the value and no more");
            }
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidSettingException(complaint + "is not UTF-8; save it as text");
        } catch (IOException e) {
            throw new InvalidSettingException(complaint + problem(secret));
        }
        String value = (text.startsWith("\uFEFF") ? text.substring(1) : text).strip();
        if (value.isEmpty()) {
            throw new InvalidSettingException(complaint + "is empty; it must hold the value");
        }
        return value;
    }

    private static String problem(Path secret) {
        if (Files.isDirectory(secret)) {
            return "is a folder; name a file";
        }
        return Files.notExists(secret)
                ? "does not exist; create it, or correct its name"
                : "cannot be read; let Posel's user read it";
    }

    /** Without showing them: they may be secrets. */
    private void checkValues() {
        values.forEach((key, value) -> {
            if (!key.startsWith(SettingNames.PREFIX)) {
                return;
            }
            String setting = "setting " + key + " (" + SettingNames.variable(key) + ")" + in(origins.get(key));
            PLACEHOLDERS.stream().filter(value::contains).findFirst().ifPresent(mark -> {
                throw new InvalidSettingException(setting + " contains " + mark + ", but Posel resolves no placeholders"
                        + " in its settings; set the value itself"
                        + (Settings.isInFile(key)
                                ? ", or " + SettingNames.variable(key + FILE) + " to a file with it"
                                : ""));
            });
            if (Settings.isInFile(key) && value.chars().anyMatch(Character::isISOControl)) {
                throw new InvalidSettingException(
                        setting + " contains a line break or another control character; it must be one line of text");
            }
        });
    }

    private static String in(@Nullable String origin) {
        return origin == null ? "" : " in " + origin;
    }
}
