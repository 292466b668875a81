package io.posel.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * Undoes the content codings of an answer (RFC 9110, 8.4.1), which a server may choose whatever it was asked for. gzip
 * is known by its first bytes, which no JSON begins with, so it does not matter whether it is announced, how often, or
 * whether a proxy has unpacked it and left the header in place.
 */
final class ContentCodings {
    private static final int MAX_LAYERS = 5;
    private static final int BUFFER = 16 * 1024;
    private static final int BEGIN = 100;
    private static final Pattern PLAIN = Pattern.compile("(?:\u00ef\u00bb\u00bf)?(?:\\{[\"}]|\\[[]\\[{\"\\-0-9tfn])");

    private final int max;
    private byte[] bytes;
    private boolean complete = true;

    private ContentCodings(byte[] bytes, int max) {
        this.bytes = bytes;
        this.max = max;
    }

    /** @param complete false if the packed data ended early */
    record Decoded(byte[] bytes, boolean complete) {}

    /** What opens one layer. */
    private interface Opener {
        InputStream open(InputStream packed) throws IOException;
    }

    /**
     * @param codings the header {@code Content-Encoding}, "" if there is none
     * @param max bytes at most, at each layer
     * @throws IllegalStateException for a coding that is not known, data that is not what it says, or too much of it
     */
    static Decoded decode(byte[] body, String codings, int max) {
        ContentCodings open = new ContentCodings(body, max);
        String[] applied = codings.toLowerCase(Locale.ROOT).split(",");
        open.gunzip();
        for (int i = applied.length - 1; i >= 0; i--) {
            open.undo(applied[i].strip());
            open.gunzip();
        }
        return new Decoded(open.bytes, open.complete);
    }

    private void gunzip() {
        int layers = 0;
        while (bytes.length > 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b) {
            if (layers++ == MAX_LAYERS) {
                throw new IllegalStateException("the answer is packed more than " + MAX_LAYERS + " times");
            }
            unpack(GZIPInputStream::new);
        }
    }

    private void undo(String coding) {
        switch (coding) {
            case "", "identity", "gzip", "x-gzip" -> {}
            case "deflate" -> {
                if (!isPlain()) {
                    // with the header of RFC 1950 as it should be, or without, as some servers send it
                    boolean zlib = bytes.length > 1
                            && (bytes[0] & 0x0f) == 8
                            && ((bytes[0] & 0xff) << 8 | bytes[1] & 0xff) % 31 == 0;
                    unpack(packed -> new InflaterInputStream(packed, new Inflater(!zlib)));
                }
            }
            default -> {
                if (!isPlain()) {
                    throw new IllegalStateException("the answer has the content coding \"" + coding
                            + "\", which was not asked for; gzip and deflate can be read");
                }
            }
        }
    }

    /** Whether it is JSON already, whatever the header says; raw deflate may begin with a brace, but hardly with two signs. */
    private boolean isPlain() {
        String begin = new String(bytes, 0, Math.min(bytes.length, BEGIN), ISO_8859_1).replaceAll("\\s+", "");
        return begin.isEmpty() || PLAIN.matcher(begin).lookingAt();
    }

    private void unpack(Opener opener) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = opener.open(new ByteArrayInputStream(bytes))) {
            for (int n = in.read(buffer); n >= 0 && out.size() <= max; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            if (out.size() == 0) {
                throw new IllegalStateException("the answer cannot be unpacked: " + e.getMessage(), e);
            }
            complete = false;
        }
        if (out.size() > max) {
            throw new IllegalStateException("the answer has more than " + max + " bytes when it is unpacked");
        }
        bytes = out.toByteArray();
    }
}
