package io.posel.event;

import io.posel.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * A YAML document as a JSON tree that remembers the line of each value, so that errors found by JSON pointer can name
 * it. No object is ever made of a tag. Plain scalars that JSON writes the same way are numbers, booleans and nulls,
 * and numbers keep their text; all other scalars ({@code 0x1F}, {@code yes}, {@code 2026-11-22}) are strings.
 */
public final class YamlFile {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final int MAX_ALIASES = 20;

    private final String file;
    private final Map<String, Integer> lines = new HashMap<>();
    private final Json root;

    private YamlFile(String file, @Nullable Node node) {
        this.file = file;
        this.root = node == null ? Json.Null.NULL : json(node, "", 0);
    }

    /** @throws InvalidFileException if the file cannot be read, is not UTF-8 or not YAML */
    public static YamlFile read(Path path) {
        try {
            return parse(path.toString(), Files.readString(path, StandardCharsets.UTF_8));
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(path.toString(), 0, "The file is not UTF-8; save it as UTF-8.");
        } catch (IOException e) {
            throw new InvalidFileException(path.toString(), 0, "The file cannot be read: " + e + ".");
        }
    }

    /** @throws InvalidFileException if the text is not one YAML document */
    public static YamlFile parse(String file, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setNestingDepthLimit(Json.MAX_DEPTH);
        try {
            return new YamlFile(file, new Yaml(new SafeConstructor(options)).compose(new StringReader(text)));
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
            String where = mark == null ? "" : " (column " + (mark.getColumn() + 1) + ")";
            throw new InvalidFileException(
                    file, mark == null ? 0 : mark.getLine() + 1, "This is not YAML: " + e.getProblem() + where + ".");
        } catch (ReaderException e) {
            long line = text.codePoints()
                            .limit(e.getPosition())
                            .filter(c -> c == '\n')
                            .count()
                    + 1;
            throw new InvalidFileException(
                    file,
                    (int) line,
                    String.format("The character U+%04X is not possible in YAML; remove it.", e.getCodePoint()));
        } catch (YAMLException e) {
            throw new InvalidFileException(file, 0, "This is not YAML: " + e.getMessage() + ".");
        }
    }

    public Json root() {
        return root;
    }

    /** The line, from 1, of the value at a JSON pointer, or of the nearest one around it. */
    public int line(String pointer) {
        for (String at = pointer; !at.isEmpty(); at = at.substring(0, at.lastIndexOf('/'))) {
            Integer line = lines.get(at);
            if (line != null) {
                return line;
            }
        }
        return lines.getOrDefault("", 1);
    }

    /** What to throw for the value at a JSON pointer. */
    public InvalidFileException error(String pointer, String message) {
        return new InvalidFileException(file, line(pointer), message);
    }

    private Json json(Node node, String pointer, int depth) {
        int line = node.getStartMark().getLine() + 1;
        lines.putIfAbsent(pointer, line);
        if (depth >= Json.MAX_DEPTH) {
            throw new InvalidFileException(file, line, "This is nested too deep, or an alias contains itself.");
        }
        if (node instanceof MappingNode mapping) {
            return object(mapping, pointer, depth);
        } else if (node instanceof SequenceNode sequence && Tag.SEQ.equals(node.getTag())) {
            List<Json> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                items.add(json(item, pointer + "/" + items.size(), depth + 1));
            }
            return new Json.Arr(items);
        }
        return scalar(node, line);
    }

    private Json.Obj object(MappingNode mapping, String pointer, int depth) {
        refuseTag(mapping, Tag.MAP);
        Map<String, Json> members = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            int line = tuple.getKeyNode().getStartMark().getLine() + 1;
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw new InvalidFileException(file, line, "A key must be plain text.");
            } else if (Tag.MERGE.equals(key.getTag())) {
                throw new InvalidFileException(file, line, "Merging by '<<' is not possible here; write the members.");
            } else if (members.containsKey(key.getValue())) {
                throw new InvalidFileException(
                        file, line, "The key '" + key.getValue() + "' stands here twice; remove one.");
            }
            String at = pointer + JsonPointer.segment(key.getValue());
            lines.put(at, line);
            members.put(key.getValue(), json(tuple.getValueNode(), at, depth + 1));
        }
        return new Json.Obj(members);
    }

    private Json scalar(Node node, int line) {
        if (!(node instanceof ScalarNode scalar)) {
            refuseTag(node, Tag.SEQ);
            throw new InvalidFileException(file, line, "A value cannot be read here.");
        }
        String text = scalar.getValue();
        Tag tag = node.getTag();
        if (Tag.NULL.equals(tag)) {
            return Json.Null.NULL;
        } else if (Tag.BOOL.equals(tag) && (text.equals("true") || text.equals("false"))) {
            return Json.of(Boolean.valueOf(text));
        } else if (Tag.INT.equals(tag) || Tag.FLOAT.equals(tag)) {
            return NUMBER.matcher(text).matches() ? new Json.Num(text) : new Json.Str(text);
        } else if (!Tag.BOOL.equals(tag) && !Tag.TIMESTAMP.equals(tag)) {
            refuseTag(node, Tag.STR);
        }
        return new Json.Str(text);
    }

    private void refuseTag(Node node, Tag expected) {
        if (!expected.equals(node.getTag())) {
            throw new InvalidFileException(
                    file,
                    node.getStartMark().getLine() + 1,
                    "The tag " + node.getTag().getValue() + " is not possible here; remove it.");
        }
    }
}
