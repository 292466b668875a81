package io.posel.page;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * All files of the settings page and of its libraries, in memory.
 *
 * <p>Promised: each stands at {@code /web/<version>/<name>}, and the version is another one as soon as a byte of any of
 * them is, so that browsers may keep them for ever. What is not in the table is nowhere: no name is looked up on a disk.
 */
public final class Site {
    /** What the page may do: use its own files and talk to its own server. */
    public static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            + " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final String INDEX = "index.html";
    private static final Set<String> NOT_SERVED = Set.of(INDEX, "libraries.properties");
    /** Plain enough for the door, and to be an address as it is. */
    private static final Pattern NAME =
            Pattern.compile("(?:[A-Za-z0-9_][A-Za-z0-9._~-]*/)*[A-Za-z0-9_][A-Za-z0-9._~-]*");

    private static final int VERSION_DIGITS = 16;

    private final Map<String, SiteFile> files = new HashMap<>();
    private final Map<String, SiteFile> firstPages = new HashMap<>();

    /**
     * @param own the page's own files, by their names
     * @param languages that the first page may be asked for in
     * @throws IllegalStateException if something names a file that is not there
     */
    Site(Map<String, byte[]> own, Libraries libraries, Collection<String> languages) {
        Map<String, byte[]> contents = new TreeMap<>(libraries.contents());
        contents.putAll(own);
        byte[] index = contents.get(INDEX);
        if (index == null) {
            throw new IllegalStateException("there is no " + INDEX);
        }
        NOT_SERVED.forEach(contents::remove);
        Modules modules = modules(contents, libraries.names());
        contents.replaceAll((name, content) -> isScript(name) ? bytes(modules.text(name)) : content);
        String version = version(contents);
        contents.forEach((name, content) -> files.put("/web/" + version + "/" + name, SiteFile.of(name, content)));
        FirstPage first = new FirstPage(text(index), modules, contents.keySet());
        for (String language : languages) {
            firstPages.put(language, SiteFile.of(INDEX, bytes(first.text(language, version))));
        }
    }

    private static Modules modules(Map<String, byte[]> contents, Map<String, String> libraries) {
        Map<String, String> texts = new TreeMap<>();
        contents.forEach((name, content) -> {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalStateException("a file of the page cannot be named " + name);
            } else if (isScript(name)) {
                texts.put(name, text(content));
            }
        });
        Modules modules = new Modules(texts, libraries);
        modules.check();
        return modules;
    }

    private static boolean isScript(String name) {
        return name.endsWith(".js");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String version(Map<String, byte[]> contents) {
        try {
            MessageDigest all = MessageDigest.getInstance("SHA-256");
            contents.forEach((name, content) -> {
                all.update(bytes(name + " " + content.length + "\n"));
                all.update(content);
            });
            return HexFormat.of().formatHex(all.digest()).substring(0, VERSION_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Out of the jar. Takes a while. */
    public static Site read(Collection<String> languages) throws IOException {
        return new Site(WebFolder.read(), Libraries.read(), languages);
    }

    /** @param path as it was sent */
    public Optional<SiteFile> file(String path) {
        return Optional.ofNullable(files.get(path));
    }

    /** Where each file stands. */
    public Set<String> paths() {
        return Set.copyOf(files.keySet());
    }

    public SiteFile firstPage(String language) {
        SiteFile page = firstPages.get(language);
        if (page == null) {
            throw new IllegalArgumentException("no first page in the language " + language);
        }
        return page;
    }
}
