package io.posel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of Camel's own keys count in Posel: those that configure what an engineer put into {@code lib/}, and variables.
 * Each other one is refused, for it would open a port, undo what keeps Posel safe, or have no effect.
 *
 * <p>A list of what is allowed, so that a group that a new version of Camel brings is refused too.
 */
final class CamelKeys {
    private static final Pattern OF_A_LIBRARY =
            Pattern.compile("camel\\.(component|dataformat|language)\\.([A-Za-z0-9-]+)\\.[^*]+");
    private static final Pattern VAULT = Pattern.compile("camel\\.vault\\.[A-Za-z0-9-]+\\.\\S+");
    private static final Pattern VARIABLE = Pattern.compile("camel\\.variable\\.[^\\s-]+");
    private static final String SERVICES = "META-INF/services/org/apache/camel/";

    private static final String PORT =
            "it would open another way in, past Posel's access control; posel.http.… are the settings of the one server";
    private static final String MESSAGES = "it would show what messages hold, receivers' keys among it";
    private static final String OWN = "Posel sets this itself, and relies on it";
    private static final String IN_ROUTES = "write it into the route file";
    private static final String NO_EFFECT = "it has no effect in Posel";

    /** The groups that Camel reads, without dots and hyphens, and why a key of them is refused. */
    private static final Map<String, String> GROUPS = Map.ofEntries(
            Map.entry("server", PORT),
            Map.entry("management", PORT),
            Map.entry("debug", PORT),
            Map.entry("devconsole", PORT),
            Map.entry("rest", PORT),
            Map.entry("metrics", PORT),
            Map.entry("trace", MESSAGES),
            Map.entry("mdc", MESSAGES),
            Map.entry("telemetrydev", MESSAGES),
            Map.entry("opentelemetry", MESSAGES),
            Map.entry("opentelemetry2", MESSAGES),
            Map.entry("main", OWN),
            Map.entry("context", OWN),
            Map.entry("globaloptions", OWN),
            Map.entry("routecontroller", OWN),
            Map.entry("startupcondition", OWN),
            Map.entry("threadpool", OWN),
            Map.entry("ssl", OWN),
            Map.entry("beans", IN_ROUTES),
            Map.entry("routetemplate", IN_ROUTES),
            Map.entry("resilience4j", IN_ROUTES),
            Map.entry("faulttolerance", IN_ROUTES),
            Map.entry("health", NO_EFFECT),
            Map.entry("lra", NO_EFFECT),
            Map.entry("vault", "no jar in lib/ brings a vault"),
            Map.entry("variable", "the name of a variable has no hyphens and no blanks here"),
            Map.entry("component", "no jar in lib/ brings this component"),
            Map.entry("dataformat", "no jar in lib/ brings this data format"),
            Map.entry("language", "no jar in lib/ brings this language"));

    private final Path home;

    CamelKeys(Path home) {
        this.home = home;
    }

    /** Whether Camel reads it as one of its own keys, or its author meant it as one, such as {@code CAMEL_SERVER_PORT}. */
    static boolean isCamels(String key) {
        return key.toLowerCase(Locale.ROOT).startsWith("camel.") || group(key).isPresent();
    }

    /** The group in {@code camel.<group>.…}, in whichever of Camel's ways it is written, as a variable too. */
    private static Optional<String> group(String key) {
        String[] words = key.toLowerCase(Locale.ROOT).split("[._-]");
        if (words.length < 3 || !words[0].equals("camel")) {
            return Optional.empty();
        }
        for (int end = Math.min(words.length - 1, 3); end > 1; end--) {
            String name = String.join("", List.of(words).subList(1, end)).replaceFirst("\\[.*", "");
            if (GROUPS.containsKey(name)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /** Whether these are one to Camel: it looks at neither hyphens nor capital letters. */
    static boolean isSame(String one, String other) {
        return one.replace("-", "").equalsIgnoreCase(other.replace("-", ""));
    }

    /** Whether it is for what is in {@code lib/}, and so for Camel to set when it starts. */
    static boolean isOfALibrary(String key) {
        return OF_A_LIBRARY.matcher(key).matches();
    }

    /** Why it cannot be used; empty if it works. */
    Optional<String> refusal(String key) {
        if (VARIABLE.matcher(key).matches()
                || VAULT.matcher(key).matches() && isInLibrary("properties-function/")
                || isInAJar(key)) {
            return Optional.empty();
        }
        return Optional.of(isOwn(key) ? OWN : group(key).map(GROUPS::get).orElse(NO_EFFECT));
    }

    /** By its name; one that Posel has itself is not, even if {@code lib/} has it too. */
    private boolean isInAJar(String key) {
        Matcher parts = OF_A_LIBRARY.matcher(key);
        return parts.matches() && isInLibrary(parts.group(1) + "/" + parts.group(2)) && !isOwn(key);
    }

    private boolean isInLibrary(String service) {
        try {
            for (Path path : LibraryPath.jars(home)) {
                try (JarFile jar = new JarFile(path.toFile())) {
                    if (jar.stream().anyMatch(entry -> isService(entry.getName(), service))) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException e) {
            throw new StartFailedException(
                    "the jars in " + home.resolve("lib") + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** @param service a name, or a folder with a slash at its end */
    private static boolean isService(String entry, String service) {
        String whole = SERVICES + service;
        return entry.equals(whole) || service.endsWith("/") && entry.startsWith(whole) && !entry.endsWith("/");
    }

    /** Components in Posel's own jar carry deliveries, sources and the server. */
    private boolean isOwn(String key) {
        Matcher parts = OF_A_LIBRARY.matcher(key);
        if (!parts.matches()) {
            return false;
        }
        String lib = home.resolve("lib").toUri().getRawPath();
        try {
            return Collections.list(CamelKeys.class
                            .getClassLoader()
                            .getResources(SERVICES + parts.group(1) + "/" + parts.group(2)))
                    .stream()
                    .anyMatch(url -> !url.getPath().contains(lib));
        } catch (IOException e) {
            throw new StartFailedException("the class path cannot be read: " + e.getMessage(), e);
        }
    }
}
