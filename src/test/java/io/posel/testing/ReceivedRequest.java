package io.posel.testing;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A request as it stood on the wire.
 *
 * @param target the raw request target: path and query
 * @param headerLines name, colon and value, each byte one {@code char} (ISO 8859-1)
 * @param connection numbers the receiver's connections from 1
 */
public record ReceivedRequest(
        String method, String target, List<String> headerLines, byte[] body, Instant at, int connection) {

    /** The first header of this name in any case, its bytes read as UTF-8. */
    public Optional<String> header(String name) {
        return headerLines.stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .map(value -> new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .findFirst();
    }

    public List<String> headerNames() {
        return headerLines.stream()
                .map(line -> line.substring(0, line.indexOf(':')))
                .toList();
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
