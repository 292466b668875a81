package io.posel.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Sends bytes as they are, which no well-behaved client would. */
final class RawHttp {

    /** Everything that came back until the server closed the connection. */
    record Answer(String text) {
        int status() {
            return Integer.parseInt(text.substring(9, 12));
        }

        List<String> header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ": ";
            return Arrays.stream(head().split("\r\n"))
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()))
                    .toList();
        }

        String head() {
            int end = text.indexOf("\r\n\r\n");
            return end < 0 ? text : text.substring(0, end);
        }

        String body() {
            return text.substring(head().length() + 4);
        }
    }

    private RawHttp() {}

    /** Fails if the server keeps the connection open and silent for ten seconds. */
    static Answer send(int port, String request) throws IOException {
        try (Socket socket = open(port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return rest(socket);
        }
    }

    static Socket open(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    static Answer rest(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        return new Answer(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
    }
}
