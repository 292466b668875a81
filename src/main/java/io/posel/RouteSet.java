package io.posel;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipException;

/**
 * Which routes are loaded: the home's {@code routes/} as a whole, or else the jar's own; and with them the route
 * builders in {@code lib/}.
 *
 * @param location a Camel resource, {@code file:…} or {@code classpath:…}
 */
record RouteSet(String location, boolean builtIn) {
    private static final String MARK = "org/apache/camel/";
    private static final String FILE = "file:";
    private static final String BUILT_IN = "posel/routes";
    private static final String SUFFIX = ".camel.yaml";

    static RouteSet of(Path home) {
        Path routes = home.resolve("routes");
        return Files.isDirectory(routes)
                ? new RouteSet(FILE + routes, false)
                : new RouteSet("classpath:" + BUILT_IN, true);
    }

    /** For Camel. The jar's own by their names: to match a pattern Camel unpacks the whole jar, a fifth of a start. */
    String pattern() throws IOException {
        return builtIn
                ? namesInJar().map(name -> location + "/" + name).collect(Collectors.joining(","))
                : location + "/*" + SUFFIX;
    }

    private static Stream<String> namesInJar() throws IOException {
        URL folder = Objects.requireNonNull(RouteSet.class.getResource("/" + BUILT_IN), "the routes of the jar");
        if (folder.openConnection() instanceof JarURLConnection connection) {
            return connection.getJarFile().stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.startsWith(BUILT_IN + "/"))
                    .map(name -> name.substring(BUILT_IN.length() + 1))
                    .filter(name -> name.endsWith(SUFFIX) && name.indexOf('/') < 0)
                    .sorted();
        }
        return yaml(Path.of(URI.create(folder.toString()))).stream()
                .map(file -> file.getFileName().toString());
    }

    /** The home's files, by name; none if the jar's own are used. */
    List<Path> files() throws IOException {
        return builtIn ? List.of() : yaml(Path.of(location.substring(FILE.length())));
    }

    private static List<Path> yaml(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    /** The packages in the home's {@code lib/} that have to do with Camel, for it to look into. */
    static Set<String> packages(Path home) throws IOException {
        Set<String> packages = new TreeSet<>();
        for (Path file : LibraryPath.jars(home)) {
            try (JarFile jar = new JarFile(file.toFile())) {
                for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                    JarEntry entry = entries.nextElement();
                    String name = entry.getName();
                    if (name.endsWith(".class")
                            && name.contains("/")
                            && !name.startsWith(MARK)
                            && !name.startsWith("META-INF/")
                            && mentionsCamel(jar, entry)) {
                        packages.add(name.substring(0, name.lastIndexOf('/')).replace('/', '.'));
                    }
                }
            } catch (ZipException e) {
                throw new IOException(file + " is not a readable jar: " + e.getMessage(), e);
            }
        }
        return packages;
    }

    private static boolean mentionsCamel(JarFile jar, JarEntry entry) throws IOException {
        try (var in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).contains(MARK);
        }
    }
}
