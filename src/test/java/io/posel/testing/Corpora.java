package io.posel.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Texts that others have collected because programs fail on them; see {@code corpora/README.md}. */
public final class Corpora {

    private Corpora() {}

    /**
     * A file of the JSON Parsing Test Suite.
     *
     * @param name begins with {@code y_} for JSON, {@code n_} for none, {@code i_} where RFC 8259 leaves the choice
     */
    public record Case(String name, byte[] bytes) {
        /** Empty if it is not UTF-8, so that no string can hold it. */
        public Optional<String> text() {
            String text = new String(bytes, UTF_8);
            return Optional.of(text).filter(it -> Arrays.equals(it.getBytes(UTF_8), bytes));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Those whose names begin so, all for {@code ""}. */
    public static List<Case> jsonTestSuite(String prefix) {
        Map<String, ByteArrayOutputStream> files = new LinkedHashMap<>();
        for (String line : read("json-test-suite.txt").split("\n")) {
            int space = line.indexOf(' ');
            String name = line.substring(0, space);
            if (name.startsWith(prefix)) {
                files.computeIfAbsent(name, key -> new ByteArrayOutputStream())
                        .writeBytes(bytes(line.substring(space + 1)));
            }
        }
        return files.entrySet().stream()
                .map(file -> new Case(file.getKey(), file.getValue().toByteArray()))
                .toList();
    }

    private static byte[] bytes(String written) {
        String[] parts = written.split("\\*", 2);
        boolean repeated = parts.length == 2 && parts[0].matches("[0-9]+");
        String piece = (repeated ? parts[1] : written).replace("+", "%2B");
        return URLDecoder.decode(piece, ISO_8859_1)
                .repeat(repeated ? Integer.parseInt(parts[0]) : 1)
                .getBytes(ISO_8859_1);
    }

    /** The Big List of Naughty Strings, each once. */
    public static List<String> naughtyStrings() {
        try {
            Json.Arr strings = (Json.Arr) Json.parse(read("naughty-strings.json"));
            return strings.items().stream()
                    .map(string -> ((Json.Str) string).value())
                    .distinct()
                    .toList();
        } catch (JsonSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(String file) {
        try (InputStream in = Corpora.class.getResourceAsStream("/corpora/" + file)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + file);
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
