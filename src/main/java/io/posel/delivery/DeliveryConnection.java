package io.posel.delivery;

import io.posel.delivery.ChannelSocket.WhenNothing;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpMessageParserFactory;
import org.apache.hc.core5.http.io.HttpMessageWriterFactory;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection that knows whether it can be used once more. It is looked at before each reuse, without waiting. A request
 * that it loses although others were answered on it, before any byte of an answer, ends as a {@link
 * RequestLostException}: the receiver has most likely closed it before (RFC 9112, 9.3.1).
 */
final class DeliveryConnection extends DefaultManagedHttpClientConnection {
    private static final Timeout LOOK = Timeout.ofMilliseconds(1); // not waited for

    private final long openedAt;
    private @Nullable ChannelSocket socket;
    private boolean hasAnswered;
    private boolean isTunnelRequest;
    private boolean couldNotWrite;
    private long receivedBefore;

    DeliveryConnection(
            String id,
            CharsetDecoder decoder,
            CharsetEncoder encoder,
            Http1Config config,
            HttpMessageWriterFactory<ClassicHttpRequest> requests,
            HttpMessageParserFactory<ClassicHttpResponse> answers,
            LongSupplier nanos) {
        super(
                id,
                decoder,
                encoder,
                config,
                new AnswerLength(),
                null,
                (request, connection, in, sent, next) ->
                        sent > 0 && connection instanceof DeliveryConnection made && made.isAnswerWaiting(),
                requests,
                answers);
        this.openedAt = nanos.getAsLong();
    }

    @Override
    public void bind(Socket plain) throws IOException {
        socket = (ChannelSocket) plain;
        super.bind(plain);
    }

    @Override
    public void bind(SSLSocket tls, Socket plain) throws IOException {
        socket = (ChannelSocket) plain;
        super.bind(tls, plain);
    }

    /** Whether it is closed, or has something to read that nobody asked for (RFC 9112, 9.2). */
    @Override
    public boolean isStale() throws IOException {
        ChannelSocket looked = socket;
        if (looked == null || !isOpen()) {
            return true;
        }
        boolean plain = getSSLSession() == null;
        boolean ended = true;
        looked.beginLook(plain ? WhenNothing.RETURN_ZERO : WhenNothing.THROW);
        try {
            // TLS may end before the connection does
            ended = super.isDataAvailable(LOOK) || !plain && super.isStale();
        } finally {
            ended |= looked.endLook();
        }
        return ended;
    }

    private boolean isAnswerWaiting() {
        ChannelSocket looked = socket;
        if (looked == null || !isOpen()) {
            return false;
        }
        looked.beginLook(WhenNothing.THROW);
        try {
            return super.isDataAvailable(LOOK);
        } catch (IOException e) {
            return false;
        } finally {
            looked.endLook();
        }
    }

    @Override
    public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
        isTunnelRequest = Method.CONNECT.isSame(request.getMethod());
        receivedBefore = received();
        write(() -> super.sendRequestHeader(request));
    }

    @Override
    public void sendRequestEntity(ClassicHttpRequest request) throws HttpException, IOException {
        write(() -> super.sendRequestEntity(request));
    }

    @Override
    public void flush() throws IOException {
        try {
            write(super::flush);
        } catch (HttpException e) {
            throw new IOException(e);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void run() throws HttpException, IOException;
    }

    /** A receiver may answer before it has read everything, and then refuse to read on: its answer counts. */
    private void write(Writing writing) throws HttpException, IOException {
        if (couldNotWrite) {
            return;
        }
        try {
            writing.run();
        } catch (IOException e) {
            couldNotWrite = true;
            if (!isAnswerWaiting()) {
                throw judged(e);
            }
        }
    }

    @Override
    public ClassicHttpResponse receiveResponseHeader() throws HttpException, IOException {
        try {
            ClassicHttpResponse answer = super.receiveResponseHeader();
            hasAnswered |= answer.getCode() >= HttpStatus.SC_SUCCESS && !isTunnelRequest;
            return answer;
        } catch (IOException e) {
            throw judged(e);
        }
    }

    @Override
    public boolean isConsistent() {
        return super.isConsistent() && !couldNotWrite;
    }

    private IOException judged(IOException e) {
        boolean isLost = hasAnswered && received() == receivedBefore && !(e instanceof InterruptedIOException);
        return isLost ? new RequestLostException(e, openedAt) : e;
    }

    private long received() {
        return getEndpointDetails().getReceivedBytesCount();
    }
}
