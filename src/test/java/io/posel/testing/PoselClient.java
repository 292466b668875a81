package io.posel.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls a running Posel as an administrator. */
public final class PoselClient {
    public static final String ADMIN_TOKEN = "the-admin-token-of-all-the-tests";
    public static final String INTAKE_TOKEN = "the-intake-token-of-all-the-tests";

    /** One for all: each has a thread and a TLS context of its own, and some tests make thousands of clients. */
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final int port;

    public PoselClient(int port) {
        this.port = port;
    }

    public HttpAnswer get(String path) {
        return send("GET", path, null);
    }

    public HttpAnswer post(String path, String json) {
        return send("POST", path, json);
    }

    public HttpAnswer put(String path, String json, String... headers) {
        return send("PUT", path, json, headers);
    }

    public HttpAnswer patch(String path, String json, String... headers) {
        return send("PATCH", path, json, headers);
    }

    public HttpAnswer delete(String path, String... headers) {
        return send("DELETE", path, null, headers);
    }

    /** Hands in events; fails the test if they are not accepted. */
    public HttpAnswer accept(String json) {
        HttpAnswer answer = post("/events", json);
        if (answer.status() != 202) {
            throw new AssertionError("not accepted: " + answer);
        }
        return answer;
    }

    /** Defines a webhook and tells its id; fails the test if it is refused. */
    public String createWebhook(String json) {
        HttpAnswer answer = post("/api/webhooks", json);
        if (answer.status() != 201) {
            throw new AssertionError("not created: " + answer);
        }
        return answer.at("id");
    }

    /** @param headers names and values; a Content-Type among them replaces {@code application/json} */
    public HttpAnswer send(String method, String path, String body, String... headers) {
        return answer(
                method,
                path,
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body),
                headers);
    }

    /** Sends a body that need not be text. */
    public HttpAnswer postBytes(String path, byte[] body, String... headers) {
        return answer("POST", path, HttpRequest.BodyPublishers.ofByteArray(body), headers);
    }

    private HttpAnswer answer(String method, String path, HttpRequest.BodyPublisher body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, body)
                .setHeader("Authorization", "Bearer " + ADMIN_TOKEN)
                .setHeader("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<byte[]> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new HttpAnswer(response.statusCode(), response.body(), response.headers());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
