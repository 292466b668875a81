package io.posel.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The libraries of the page.
 *
 * @param names of the files, by the bare specifiers that mean them
 * @param contents by the names of the files
 */
record Libraries(Map<String, String> names, Map<String, byte[]> contents) {
    private static final String TABLE = "/web/libraries.properties";

    /** Those that {@code libraries.properties} names, out of the jars that they come in. */
    static Libraries read() throws IOException {
        Properties table = new Properties();
        try (InputStream in = open(TABLE)) {
            table.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        }
        Map<String, String> names = new TreeMap<>();
        Map<String, byte[]> contents = new TreeMap<>();
        for (String specifier : table.stringPropertyNames()) {
            String name = name(specifier);
            names.put(specifier, name);
            try (InputStream in = open("/META-INF/resources/" + table.getProperty(specifier))) {
                contents.put(name, in.readAllBytes());
            }
        }
        return new Libraries(names, contents);
    }

    private static String name(String specifier) {
        return "lib/" + specifier.replace("@", "") + (specifier.endsWith(".css") ? "" : ".js");
    }

    private static InputStream open(String resource) {
        InputStream in = Libraries.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException("there is no " + resource + " on the class path");
        }
        return in;
    }
}
