package io.posel.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The other side of the demo: prints each request as it came; whatever begins with /broken it answers with 503. */
final class DemoReceiver implements AutoCloseable {
    private final Terminal terminal;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);

    DemoReceiver(Terminal terminal) throws IOException {
        this.terminal = terminal;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::receive);
        server.start();
    }

    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private void receive(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String target = exchange.getRequestURI().toString();
        boolean broken = target.startsWith("/broken");
        String attempt = exchange.getRequestHeaders().getFirst("webhook-attempt");
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        StringBuilder line = new StringBuilder("  received  ")
                .append(exchange.getRequestMethod())
                .append(' ')
                .append(target);
        if (!body.isEmpty()) {
            line.append("  ").append(body.replaceAll("\\s*\\n\\s*", " "));
        }
        if (authorization != null) {
            line.append("  Authorization: ").append(authorization);
        }
        line.append(broken ? "  attempt " + attempt + ", answered 503" : "  answered 200");
        terminal.line(broken ? Terminal.Colour.YELLOW : Terminal.Colour.GREEN, line.toString());
        exchange.sendResponseHeaders(broken ? 503 : 200, -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
