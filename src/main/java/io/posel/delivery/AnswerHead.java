package io.posel.delivery;

import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.util.CharArrayBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of the answers on one connection (RFC 9112, 2 to 5). Takes what real servers write and no two readers
 * take differently: bare line feeds, folded lines, blanks around a name, no reason phrase, a head without its empty
 * line where the connection ends. What it refuses it refuses in words.
 *
 * <p>Bounds: {@value #LIMIT} characters for a head, however they are spread over its lines, and {@value #MAX_INTERIM}
 * interim answers, or a receiver that sends them fast would take a processor until the deadline.
 */
final class AnswerHead implements HttpMessageParser<ClassicHttpResponse> {
    static final int LIMIT = 64 * 1024;
    static final int MAX_INTERIM = 20;

    private static final int QUOTED = 80;
    private static final int MAX_EMPTY_LINES = 10;

    private final CharArrayBuffer line = new CharArrayBuffer(128);
    private int interim;
    private int room;
    private boolean reused;

    @Override
    public ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in) throws IOException {
        room = LIMIT;
        ClassicHttpResponse answer = statusLine(buffer, in);
        readHeaders(answer, buffer, in);
        if (answer.getCode() >= HttpStatus.SC_SUCCESS) {
            interim = 0;
            reused = true;
        } else if (answer.getCode() == HttpStatus.SC_SWITCHING_PROTOCOLS) {
            throw new BadAnswerException(
                    FailureCause.OTHER_PROTOCOL, "the answer is 101, a change of protocol that nobody asked for");
        } else if (++interim > MAX_INTERIM) {
            throw new BadAnswerException(
                    FailureCause.TOO_MANY_INTERIM_ANSWERS, "more than " + MAX_INTERIM + " interim answers");
        }
        return answer;
    }

    /** @return false at the end of the connection */
    private boolean readLine(SessionInputBuffer buffer, InputStream in) throws IOException {
        line.clear();
        try {
            if (buffer.readLine(line, in) < 0) {
                return false;
            }
        } catch (MessageConstraintException e) {
            throw tooLarge();
        }
        room -= line.length() + 2;
        if (room < 0) {
            throw tooLarge();
        }
        return true;
    }

    private static BadAnswerException tooLarge() {
        return new BadAnswerException(
                FailureCause.HEAD_TOO_LARGE, "the head of the answer is larger than " + LIMIT / 1024 + " kB");
    }

    private ClassicHttpResponse statusLine(SessionInputBuffer buffer, InputStream in) throws IOException {
        int empty = 0;
        do {
            if (!readLine(buffer, in) || empty++ > MAX_EMPTY_LINES) {
                throw new NoHttpResponseException("the connection ended before an answer");
            }
        } while (line.length() == 0);
        int minor = minorVersion();
        if (minor < 0) {
            if (reused) {
                // the rest of an answer that was longer than it said, or an error about the connection
                throw new NoHttpResponseException("something else than an answer came on a kept connection");
            }
            throw refused();
        }
        int at = pastBlanks("HTTP/1.1".length());
        int status = status(at);
        if (status < 0) {
            throw new BadAnswerException(FailureCause.NOT_HTTP, "the status line has no status: " + quoted());
        }
        String phrase = line.substringTrimmed(at + 3, line.length());
        ClassicHttpResponse answer = new BasicClassicHttpResponse(status, phrase);
        answer.setVersion(minor == 0 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1);
        return answer;
    }

    /** −1 if the line does not begin with {@code HTTP/1.} and a digit. */
    private int minorVersion() {
        boolean one = line.length() > 7 && line.subSequence(0, 7).toString().equalsIgnoreCase("HTTP/1.");
        return one && isDigit(7) ? line.charAt(7) - '0' : -1;
    }

    /** −1 if there are no three digits that stand alone. */
    private int status(int at) {
        boolean found = at > "HTTP/1.1".length() && isDigit(at) && isDigit(at + 1) && isDigit(at + 2);
        if (!found || at + 3 < line.length() && !isBlank(line.charAt(at + 3))) {
            return -1;
        }
        int status = (line.charAt(at) - '0') * 100 + (line.charAt(at + 1) - '0') * 10 + line.charAt(at + 2) - '0';
        return status < HttpStatus.SC_CONTINUE ? -1 : status;
    }

    private BadAnswerException refused() {
        if (line.length() > 1 && (line.charAt(0) == 0x15 || line.charAt(0) == 0x16) && line.charAt(1) == 3) {
            return new BadAnswerException(
                    FailureCause.SPEAKS_TLS, "this port speaks TLS: the URL must begin with https://");
        }
        boolean http = line.length() >= 4 && line.subSequence(0, 4).toString().equalsIgnoreCase("HTTP");
        return new BadAnswerException(
                http ? FailureCause.OTHER_HTTP_VERSION : FailureCause.NOT_HTTP,
                "the answer begins with " + quoted()
                        + (http ? ", not with HTTP/1.1 and a status" : " and is not HTTP"));
    }

    private void readHeaders(ClassicHttpResponse answer, SessionInputBuffer buffer, InputStream in) throws IOException {
        String name = null;
        StringBuilder value = new StringBuilder();
        // a connection that ends here has said enough
        while (readLine(buffer, in) && line.length() > 0) {
            if (isBlank(line.charAt(0))) {
                value.append(' ').append(line.substringTrimmed(0, line.length())); // RFC 9112, 5.2
                continue;
            }
            add(answer, name, value);
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new BadAnswerException(
                        FailureCause.HEADER_WITHOUT_COLON, "a header line without a colon: " + quoted());
            }
            name = line.substringTrimmed(0, colon);
            value.setLength(0);
            value.append(line.substringTrimmed(colon + 1, line.length()));
        }
        add(answer, name, value);
    }

    private static void add(ClassicHttpResponse answer, @Nullable String name, StringBuilder value) {
        if (name != null && !name.isEmpty()) {
            answer.addHeader(new BasicHeader(name, value.toString()));
        }
    }

    private int pastBlanks(int from) {
        int at = from;
        while (at < line.length() && isBlank(line.charAt(at))) {
            at++;
        }
        return at;
    }

    private boolean isDigit(int at) {
        return at < line.length() && line.charAt(at) >= '0' && line.charAt(at) <= '9';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private String quoted() {
        boolean whole = line.length() <= QUOTED;
        return whole ? line.toString() : line.substring(0, QUOTED) + "…";
    }
}
