package io.posel.demo;

import io.posel.json.Json;
import io.posel.json.JsonSyntaxException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Talks to Posel as any program would: over its HTTP API. */
final class DemoClient {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String posel;
    private final String token;

    DemoClient(String posel, String token) {
        this.posel = posel;
        this.token = token;
    }

    Json post(String path, Json body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(posel + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toBytes())));
    }

    Json get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(posel + path)));
    }

    private Json send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = http.send(
                request.header("Authorization", "Bearer " + token).build(), HttpResponse.BodyHandlers.ofByteArray());
        try {
            Json answer = Json.parse(response.body());
            if (response.statusCode() >= 300) {
                throw new IOException("Posel answered " + response.statusCode() + ": " + answer);
            }
            return answer;
        } catch (JsonSyntaxException e) {
            throw new IOException("Posel answered " + response.statusCode() + " and no JSON", e);
        }
    }
}
