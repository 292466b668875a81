package io.posel.delivery;

import java.util.Iterator;
import org.apache.hc.core5.http.ContentLengthStrategy;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpMessage;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;

/**
 * Where the body of an answer ends (RFC 9112, 6.3). The status has decided already, so no head is refused: where lengths
 * contradict each other or say nothing, the body lasts as long as the connection, which is not used again.
 */
final class AnswerLength implements ContentLengthStrategy {
    private static final int MOST_DIGITS = 18;

    @Override
    public long determineLength(HttpMessage message) {
        boolean coded = message.containsHeader(HttpHeaders.TRANSFER_ENCODING);
        boolean given = message.containsHeader(HttpHeaders.CONTENT_LENGTH);
        long length = coded ? codedLength(message) : length(message);
        if (length == UNDEFINED && message instanceof HttpResponse answer && hasNoContent(answer)) {
            length = 0;
        }
        if (coded && given || length == UNDEFINED) {
            message.setHeader(HttpHeaders.CONNECTION, "close");
        }
        return length;
    }

    /** RFC 9110, 15.3.6: it would last as long as a connection that nobody means to close. */
    private static boolean hasNoContent(HttpResponse answer) {
        return answer.getCode() == HttpStatus.SC_RESET_CONTENT;
    }

    private static long codedLength(HttpMessage message) {
        String last = "";
        for (Iterator<Header> each = message.headerIterator(HttpHeaders.TRANSFER_ENCODING); each.hasNext(); ) {
            String value = each.next().getValue();
            last = value.substring(value.lastIndexOf(',') + 1).strip();
        }
        return last.equalsIgnoreCase("chunked") ? CHUNKED : UNDEFINED;
    }

    private static long length(HttpMessage message) {
        long length = UNDEFINED;
        for (Iterator<Header> each = message.headerIterator(HttpHeaders.CONTENT_LENGTH); each.hasNext(); ) {
            for (String value : each.next().getValue().split(",", -1)) {
                long next = number(value.strip());
                if (next == UNDEFINED || length != UNDEFINED && next != length) {
                    return UNDEFINED;
                }
                length = next;
            }
        }
        return length;
    }

    private static long number(String digits) {
        boolean isNumber = !digits.isEmpty()
                && digits.length() <= MOST_DIGITS
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? Long.parseLong(digits) : UNDEFINED;
    }
}
