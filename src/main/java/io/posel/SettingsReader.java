package io.posel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Reads the settings from the file and the environment. Refuses what would have no effect: nothing that an operator wrote
 * is ignored silently.
 */
final class SettingsReader {
    private static final String ENVIRONMENT = "the environment";

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
    }

    Settings read(Map<String, String> environment, Set<String> systemProperties) {
        if (Files.exists(file)) {
            readFile();
        }
        readEnvironment(environment);
        refuse(systemProperties);
        return new Settings(home, values, origins, environment);
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
        SettingNames.OF_SOURCES.forEach(each -> known.add(prefix + each));
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
}
