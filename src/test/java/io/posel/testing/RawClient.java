package io.posel.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One connection on which anything may be written; that the server closes it is no failure but an answer. */
public final class RawClient implements AutoCloseable {
    private final Socket socket;

    public RawClient(int port) {
        try {
            socket = RawHttp.open(port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return false if the server has closed the connection */
    public boolean write(String text) {
        return write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public boolean write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    /** As often as this, or until the server closes. @return how often */
    public int flood(String text, int times) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int written = 0;
        while (written < times && write(bytes)) {
            written++;
        }
        return written;
    }

    /** No more is written; what comes back can still be read. */
    public void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException closed) {
            // it is
        }
    }

    /** What comes back until the server closes; empty if it resets. Fails if it stays open and silent for half a minute. */
    public String rest() {
        StringBuilder text = new StringBuilder();
        try {
            byte[] part = new byte[64 * 1024];
            for (int n = socket.getInputStream().read(part);
                    n >= 0;
                    n = socket.getInputStream().read(part)) {
                text.append(new String(part, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the server keeps the connection open; so far it said: " + text, e);
        } catch (IOException reset) {
            // closed too
        }
        return text.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
