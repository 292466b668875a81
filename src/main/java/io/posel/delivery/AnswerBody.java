package io.posel.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The beginning of an answer's body, as far as it comes. The status has been said by then, so that nothing about the
 * body is a failure.
 *
 * @param whole whether it came to its end, and the connection may be used again
 */
record AnswerBody(byte[] content, boolean whole) {
    private static final int USUAL_LENGTH = 4 * 1024;

    /** @param length −1 if it is not known */
    static AnswerBody read(InputStream in, long length, int limit) {
        byte[] content = new byte[length < 0 ? USUAL_LENGTH : (int) Math.min(length, limit)];
        int read = 0;
        boolean whole = false;
        try {
            while (!whole && (read < content.length || read < limit && length < 0)) {
                if (read == content.length) {
                    content = Arrays.copyOf(content, Math.min(limit, 2 * read));
                }
                int more = in.read(content, read, content.length - read);
                whole = more < 0;
                read += Math.max(more, 0);
            }
            // the stream gives the connection back when it is read to its end
            whole = whole || read == length && in.read() < 0;
        } catch (IOException e) {
            // too short, too slow, reset, not what was announced: what has come is what there is
        }
        return new AnswerBody(read == content.length ? content : Arrays.copyOf(content, read), whole);
    }
}
