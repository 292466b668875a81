package io.posel.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The query of a URL, read as parameters. */
final class Query {
    private Query() {}

    /** With this parameter, in place of any that is there already. */
    static URI with(URI url, String name, String value) {
        String text = url.toString();
        int mark = text.indexOf('?');
        String base = mark < 0 ? text : text.substring(0, mark);
        String others = mark < 0
                ? ""
                : Arrays.stream(text.substring(mark + 1).split("&"))
                        .filter(parameter ->
                                !parameter.isEmpty() && !name(parameter).equals(name))
                        .map(parameter -> parameter + "&")
                        .collect(Collectors.joining());
        return URI.create(base + "?" + others + encoded(name) + "=" + encoded(value));
    }

    private static String name(String parameter) {
        String written = parameter.split("=", 2)[0];
        try {
            return URLDecoder.decode(written, UTF_8);
        } catch (IllegalArgumentException e) {
            return written;
        }
    }

    /** Without the plus that only forms know. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
