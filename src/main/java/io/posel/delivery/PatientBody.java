package io.posel.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpMessage;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * The body of a request to a receiver that may answer before it has read all of it, and close: what it does not take is
 * left, and its answer is read. Where there is none the reading fails as it would have. The connection is not used again.
 */
final class PatientBody extends HttpEntityWrapper {
    /** Between two pieces the client looks whether an answer has come, which takes a millisecond. */
    static final int PIECE = 64 * 1024;

    private final HttpMessage request;

    PatientBody(HttpEntity body, HttpMessage request) {
        super(body);
        this.request = request;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try (InputStream content = getContent()) {
            byte[] piece = new byte[(int) Math.min(PIECE, Math.max(getContentLength(), 1))];
            for (int read = content.read(piece); read >= 0; read = content.read(piece)) {
                out.write(piece, 0, read);
            }
        } catch (IOException e) {
            request.setHeader(HttpHeaders.CONNECTION, "close");
        }
    }
}
