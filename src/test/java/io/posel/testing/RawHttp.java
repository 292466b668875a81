package io.posel.testing;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Sends bytes as they are, which no well-behaved client would. */
public final class RawHttp {

    /** Everything that came back until the server closed the connection. */
    public record Answer(String text) {
        public int status() {
            return Integer.parseInt(text.substring(9, 12));
        }

        public List<String> header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ": ";
            return Arrays.stream(head().split("\r\n"))
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()))
                    .toList();
        }

        /** A single answer, without a transfer coding. */
        public HttpAnswer parsed() {
            Map<String, List<String>> headers = new TreeMap<>();
            head().lines().skip(1).map(line -> line.split(": ", 2)).forEach(header -> headers.computeIfAbsent(
                            header[0], name -> new ArrayList<>())
                    .add(header[1]));
            return new HttpAnswer(
                    status(), body().getBytes(StandardCharsets.ISO_8859_1), HttpHeaders.of(headers, (n, v) -> true));
        }

        public String head() {
            int end = text.indexOf("\r\n\r\n");
            return end < 0 ? text : text.substring(0, end);
        }

        public String body() {
            return text.substring(head().length() + 4);
        }
    }

    private RawHttp() {}

    /** Fails if the server keeps the connection open and silent for half a minute. */
    public static Answer send(int port, String request) throws IOException {
        try (Socket socket = open(port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return rest(socket);
        }
    }

    public static Socket open(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        return socket;
    }

    public static Answer rest(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        return new Answer(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
    }
}
