package io.posel;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A file of settings in the format of {@link Properties}, in UTF-8, that remembers the line of each key. */
record PropertiesFile(Path path, Map<String, Entry> entries) {

    /** @param line of the key, from 1; of a key that stands there twice, the last one counts */
    record Entry(String value, int line) {}

    /** @throws InvalidSettingException if it cannot be read, or is not of this format */
    static PropertiesFile read(Path path) {
        List<String> lines;
        try {
            lines = Files.readAllLines(path, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new InvalidSettingException(path + ": the file is not UTF-8; save it as UTF-8");
        } catch (IOException e) {
            throw new InvalidSettingException(path + ": the file cannot be read: " + e);
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            int first = i + 1;
            StringBuilder entry = new StringBuilder(i == 0 ? withoutMark(lines.get(0)) : lines.get(i));
            while (goesOn(entry) && i + 1 < lines.size()) {
                i++;
                entry.append('\n').append(lines.get(i));
            }
            parse(entry.toString(), path, first)
                    .forEach((key, value) -> entries.put(
                            key.toString(), new Entry(value.toString().strip(), first)));
        }
        return new PropertiesFile(path, Collections.unmodifiableMap(entries));
    }

    /** Some editors begin a file with a byte order mark, which would become part of the first key. */
    private static String withoutMark(String line) {
        return line.startsWith("\uFEFF") ? line.substring(1) : line;
    }

    private static boolean goesOn(CharSequence entry) {
        String text = entry.toString();
        String last = text.substring(text.lastIndexOf('\n') + 1);
        boolean comment =
                text.stripLeading().startsWith("#") || text.stripLeading().startsWith("!");
        int backslashes = last.length() - last.replaceFirst("\\\\+$", "").length();
        return !comment && backslashes % 2 == 1;
    }

    private static Properties parse(String entry, Path path, int line) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(entry));
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidSettingException(path + ":" + line + ": this cannot be read: " + e.getMessage());
        }
        return properties;
    }
}
