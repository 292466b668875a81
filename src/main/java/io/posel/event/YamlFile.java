package io.posel.event;

import io.posel.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
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
    /** With all that aliases repeat: twenty of them make a thousand of each value. */
    private static final int MAX_VALUES = 100_000;

    private final String file;
    private final @Nullable Node node;
    private final Json root;
    private int values;

    private YamlFile(String file, @Nullable Node node) {
        this.file = file;
        this.node = node;
        this.root = node == null ? Json.Null.NULL : json(node, 0);
    }

    /** @throws InvalidFileException if the file cannot be read, is not UTF-8 or not YAML */
    public static YamlFile read(Path path) {
        try {
            return parse(path.toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            throw new InvalidFileException(path.toString(), 0, "The file cannot be read: " + e + ".");
        }
    }

    /** @throws InvalidFileException if the bytes are not UTF-8 or not one YAML document */
    public static YamlFile parse(String file, byte[] utf8) {
        try {
            return parse(
                    file,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(utf8))
                            .toString());
        } catch (CharacterCodingException e) {
            throw new InvalidFileException(file, 0, "The file is not UTF-8; save it as UTF-8.");
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
        Place place = place(pointer);
        return place == null ? 1 : place.line();
    }

    /**
     * The line of a line of a text: exact where the text is a block ({@code |}), which is written as it is; else where
     * the text begins.
     *
     * @param number from 1
     */
    public int line(String pointer, int number) {
        Place place = place(pointer);
        boolean block =
                place != null && place.node instanceof ScalarNode text && text.getScalarStyle() == ScalarStyle.LITERAL;
        return block ? place.node.getStartMark().getLine() + 1 + number : line(pointer);
    }

    /** @param from where its key stands, or itself if it has none */
    private record Place(Node node, Mark from) {
        int line() {
            return from.getLine() + 1;
        }
    }

    /** Looked for only when it is asked for: the pointers of all values may be much longer than the file. */
    private @Nullable Place place(String pointer) {
        if (node == null) {
            return null;
        }
        Place place = new Place(node, node.getStartMark());
        for (String segment : new JsonPointer(pointer).segments()) {
            Place inside = inside(place.node, segment);
            if (inside == null) {
                return place;
            }
            place = inside;
        }
        return place;
    }

    private static @Nullable Place inside(Node around, String segment) {
        if (around instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals(segment)) {
                    return new Place(tuple.getValueNode(), key.getStartMark());
                }
            }
        } else if (around instanceof SequenceNode sequence
                && JsonPointer.INDEX.matcher(segment).matches()) {
            int index = Integer.parseInt(segment);
            if (index < sequence.getValue().size()) {
                Node item = sequence.getValue().get(index);
                return new Place(item, item.getStartMark());
            }
        }
        return null;
    }

    /** What to throw for the value at a JSON pointer. */
    public InvalidFileException error(String pointer, String message) {
        return error(line(pointer), message);
    }

    /** What to throw for a line. */
    public InvalidFileException error(int line, String message) {
        return new InvalidFileException(file, line, message);
    }

    private Json json(Node node, int depth) {
        int line = node.getStartMark().getLine() + 1;
        if (depth >= Json.MAX_DEPTH) {
            throw new InvalidFileException(file, line, "This is nested too deep, or an alias contains itself.");
        } else if (++values > MAX_VALUES) {
            throw new InvalidFileException(
                    file, line, "There are more than " + MAX_VALUES + " values up to here; write fewer aliases.");
        }
        if (node instanceof MappingNode mapping) {
            return object(mapping, depth);
        } else if (node instanceof SequenceNode sequence && Tag.SEQ.equals(node.getTag())) {
            List<Json> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                items.add(json(item, depth + 1));
            }
            return new Json.Arr(items);
        }
        return scalar(node, line);
    }

    private Json.Obj object(MappingNode mapping, int depth) {
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
            members.put(key.getValue(), json(tuple.getValueNode(), depth + 1));
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
