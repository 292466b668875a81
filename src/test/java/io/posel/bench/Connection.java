package io.posel.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.posel.testing.PoselClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;

/** One kept connection that posts JSON, as cheaply as one can: the machine is shared with what is measured. */
final class Connection implements AutoCloseable {
    private final Socket socket;
    private final String head;
    private final byte[] buffer = new byte[16 * 1024];

    Connection(int port, String path) throws IOException {
        this.socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        this.head = "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nContent-Type: application/json\r\nAuthorization: Bearer " + PoselClient.INTAKE_TOKEN
                + "\r\nContent-Length: ";
    }

    /** Until the answer is read. @return the status */
    int post(String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        ByteArrayOutputStream request = new ByteArrayOutputStream(body.length + 300);
        request.writeBytes((head + body.length + "\r\n\r\n").getBytes(ISO_8859_1));
        request.writeBytes(body);
        request.writeTo(socket.getOutputStream());
        return answer(socket.getInputStream());
    }

    private int answer(InputStream in) throws IOException {
        int size = 0;
        while (true) {
            int read = in.read(buffer, size, buffer.length - size);
            if (read < 0) {
                throw new IOException("the connection was closed before the answer");
            }
            size += read;
            String text = new String(buffer, 0, size, ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end > 0) {
                finish(in, text.substring(0, end).toLowerCase(Locale.ROOT), text.substring(end + 4));
                return Integer.parseInt(text.substring(9, 12));
            }
        }
    }

    private void finish(InputStream in, String headers, String begun) throws IOException {
        int at = headers.indexOf("content-length:");
        if (at >= 0) {
            int length = Integer.parseInt(
                    headers.substring(at + 15).lines().findFirst().orElse("0").strip());
            in.skipNBytes(length - begun.length());
            return;
        }
        for (String body = begun; !body.endsWith("0\r\n\r\n"); ) {
            int read = in.read(buffer);
            if (read < 0) {
                throw new IOException("the connection was closed within the answer");
            }
            body += new String(buffer, 0, read, ISO_8859_1);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
