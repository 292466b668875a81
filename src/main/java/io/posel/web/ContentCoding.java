package io.posel.web;

import java.util.Locale;
import java.util.regex.Pattern;

/** In which form a caller takes an answer (RFC 9110, 12.5.3). */
final class ContentCoding {
    private static final Pattern GZIP =
            Pattern.compile("\\s*(x-)?gzip\\s*(;\\s*q=(?!0(\\.0{0,3})?\\s*$)[01][.0-9]*)?\\s*");

    private ContentCoding() {}

    static boolean takesGzip(RequestHead head) {
        String codings = String.join(",", head.header("Accept-Encoding")).toLowerCase(Locale.ROOT);
        for (String coding : codings.split(",")) {
            if (GZIP.matcher(coding).matches()) {
                return true;
            }
        }
        return false;
    }
}
