package io.posel.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.HttpMessageWriter;
import org.apache.hc.core5.http.io.SessionOutputBuffer;

/**
 * Writes request line and headers (RFC 9112, 3 and 5) as UTF-8, all at once: the client's own writer takes each line
 * through an encoder of characters, which for a delivery costs more than its body. No value can end its line.
 */
final class RequestHead implements HttpMessageWriter<ClassicHttpRequest> {
    private static final int USUAL_LENGTH = 512;

    @Override
    public void write(ClassicHttpRequest request, SessionOutputBuffer buffer, OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder(USUAL_LENGTH);
        head.append(request.getMethod()).append(' ').append(target(request)).append(" HTTP/1.1\r\n");
        for (Iterator<Header> headers = request.headerIterator(); headers.hasNext(); ) {
            Header header = headers.next();
            head.append(header.getName()).append(": ");
            String value = header.getValue();
            if (value != null) {
                appendTo(head, value);
            }
            head.append("\r\n");
        }
        buffer.write(head.append("\r\n").toString().getBytes(UTF_8), out);
    }

    /** The absolute form, for a proxy, with the host as it is asked for everywhere else. */
    private static String target(ClassicHttpRequest request) {
        String uri = request.getRequestUri();
        return uri.startsWith("/") || !uri.startsWith(request.getScheme() + "://")
                ? uri
                : request.getScheme() + "://" + request.getAuthority() + request.getPath();
    }

    private static void appendTo(StringBuilder head, String value) {
        int start = head.length();
        head.append(value);
        for (int i = start; i < head.length(); i++) {
            char c = head.charAt(i);
            if (c >= '\n' && c <= '\r') {
                head.setCharAt(i, ' ');
            }
        }
    }
}
