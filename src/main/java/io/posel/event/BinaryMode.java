package io.posel.event;

import io.posel.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The binary content mode of CloudEvents over HTTP (HTTP protocol binding 1.0.2, 3.1): attributes in {@code ce-*}
 * headers, the data as the body.
 */
final class BinaryMode {
    private static final String PREFIX = "ce-";

    /** Whether the request is meant so: a header that every CloudEvent has is there. */
    static boolean isMeant(Map<String, String> headers) {
        return headers.containsKey("ce-specversion")
                || headers.containsKey("ce-id")
                || headers.containsKey("ce-source")
                || headers.containsKey("ce-type");
    }

    /** The same event in the JSON format. Attributes that cannot be decoded leave an error. */
    Json.Obj toJsonFormat(Map<String, String> headers, Json data, Errors errors) {
        Map<String, Json> members = new LinkedHashMap<>();
        new TreeMap<>(headers).forEach((header, value) -> {
            if (header.startsWith(PREFIX)) {
                String name = header.substring(PREFIX.length());
                try {
                    members.put(name, new Json.Str(percentDecoded(unquoted(value.strip()))));
                } catch (CharacterCodingException e) {
                    errors.add(
                            JsonPointer.segment(name),
                            "invalid-encoding",
                            "The header " + header + " must be printable ASCII, percent-encoded UTF-8 for all else"
                                    + " (CloudEvents HTTP binding 3.1.3.2).");
                    members.put(name, new Json.Str("?"));
                }
            }
        });
        // the request's content type and body are the data's, whatever such headers say
        members.remove("datacontenttype");
        members.remove("data_base64");
        members.put("data", data);
        return new Json.Obj(members);
    }

    private static String unquoted(String value) {
        if (value.length() < 2 || !value.startsWith("\"") || !value.endsWith("\"")) {
            return value;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 1; i < value.length() - 1; i++) {
            if (value.charAt(i) == '\\' && i + 1 < value.length() - 1) {
                i++;
            }
            out.append(value.charAt(i));
        }
        return out.toString();
    }

    private static String percentDecoded(String value) throws CharacterCodingException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '%') {
                if (i + 2 >= value.length()) {
                    throw new CharacterCodingException();
                }
                int high = Character.digit(value.charAt(i + 1), 16);
                int low = Character.digit(value.charAt(i + 2), 16);
                if (high < 0 || low < 0) {
                    throw new CharacterCodingException();
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else if (c > 0x7e) {
                // which charset the server read it in is not known, and a key must not be guessed
                throw new CharacterCodingException();
            } else {
                bytes.write(c);
            }
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes.toByteArray()))
                .toString();
    }
}
