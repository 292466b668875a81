package io.posel.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/** What a {@link Receiver} does with a request it has read. The good and the bad of real receivers. */
@FunctionalInterface
public interface Answer {

    /**
     * @param closing is counted down when the receiver closes; waits must end then
     * @return whether the connection stays open
     */
    boolean send(Socket socket, CountDownLatch closing) throws IOException, InterruptedException;

    static Full status(int status) {
        return new Full(status, "", new byte[0]);
    }

    static Full ok() {
        return status(200);
    }

    static Answer redirect(String location) {
        return status(302).header("Location", location);
    }

    /** A whole answer with {@code Content-Length}; the connection stays open. */
    record Full(int status, String headers, byte[] content) implements Answer {
        public Full header(String name, String value) {
            return new Full(status, headers + name + ": " + value + "\r\n", content);
        }

        public Full body(String text) {
            return body(text.getBytes(UTF_8));
        }

        public Full body(byte[] bytes) {
            return new Full(status, headers, bytes);
        }

        @Override
        public boolean send(Socket socket, CountDownLatch closing) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(head(status, headers + "Content-Length: " + content.length + "\r\n\r\n"));
            out.write(content);
            socket.getOutputStream().write(out.toByteArray());
            return true;
        }
    }

    /** Says nothing until the sender goes away. */
    static Answer hang() {
        return (socket, closing) -> {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            return false;
        };
    }

    /** Says this after a while; the connection stays open. */
    static Answer after(Duration wait, Answer answer) {
        return (socket, closing) -> !pause(closing, wait) && answer.send(socket, closing);
    }

    /** Sends the body byte by byte. */
    static Answer drip(int status, int length, Duration pause) {
        return (socket, closing) -> {
            OutputStream out = socket.getOutputStream();
            out.write(head(status, "Content-Length: " + length + "\r\n\r\n"));
            for (int i = 0; i < length && !pause(closing, pause); i++) {
                out.write('x');
            }
            return true;
        };
    }

    /** Sends the header byte by byte and never comes to its end. */
    static Answer dripHeaders(Duration pause) {
        return (socket, closing) -> {
            OutputStream out = socket.getOutputStream();
            out.write(head(200, "X-Slow: "));
            while (!pause(closing, pause)) {
                out.write('x');
            }
            return false;
        };
    }

    static Answer close() {
        return (socket, closing) -> false;
    }

    /** Begins an answer and resets the connection in its body. */
    static Answer reset(int status) {
        return (socket, closing) -> {
            socket.getOutputStream().write(head(status, "Content-Length: 1000\r\n\r\npart"));
            socket.setSoLinger(true, 0);
            return false;
        };
    }

    static Answer endlessHeaders() {
        return (socket, closing) -> forever(socket, closing, head(200, ""), "X-More: and more\r\n");
    }

    static Answer endlessHeaderLine() {
        return (socket, closing) -> forever(socket, closing, head(200, "X-Long: "), "x".repeat(1024));
    }

    static Answer endlessBody(int status) {
        return (socket, closing) -> forever(
                socket,
                closing,
                head(status, "Transfer-Encoding: chunked\r\n\r\n"),
                "400\r\n" + "x".repeat(1024) + "\r\n");
    }

    /** Announces this answer by an interim one (RFC 9110, 15.2). */
    static Answer interim(int status, Answer then) {
        return (socket, closing) -> {
            socket.getOutputStream().write(head(status, "\r\n"));
            return then.send(socket, closing);
        };
    }

    static Answer endlessInterim(int status) {
        return (socket, closing) ->
                forever(socket, closing, new byte[0], new String(head(status, "\r\n"), ISO_8859_1).repeat(400));
    }

    static Answer endlessGarbage() {
        return (socket, closing) -> forever(socket, closing, new byte[0], "220 mail.example ESMTP\0\u00ff\1\r\n");
    }

    /** This many zero bytes, packed. */
    static Answer gzipBomb(int status, int unpackedSize) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            byte[] zeros = new byte[64 * 1024];
            for (int i = 0; i < unpackedSize; i += zeros.length) {
                gzip.write(zeros);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return status(status).header("Content-Encoding", "gzip").body(packed.toByteArray());
    }

    private static boolean forever(Socket socket, CountDownLatch closing, byte[] head, String part) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(head);
        byte[] bytes = part.getBytes(ISO_8859_1);
        while (closing.getCount() > 0) {
            out.write(bytes);
        }
        return false;
    }

    private static boolean pause(CountDownLatch closing, Duration pause) throws InterruptedException {
        return closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static byte[] head(int status, String rest) {
        return ("HTTP/1.1 " + status + " Test\r\n" + rest).getBytes(ISO_8859_1);
    }
}
