package io.posel.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls a running Posel as its page does: with a cookie, and with what a browser says of where a request comes from. */
public final class Browser {
    private static final Pattern COOKIE = Pattern.compile("(posel-session=[^;]+)(;.*)?");

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final IntSupplier port;
    private volatile String cookie = "";

    /** @param port asked for each time: a restart may change it */
    public Browser(IntSupplier port) {
        this.port = port;
    }

    /** Name and value, {@code ""} if there is none. */
    public String cookie() {
        return cookie;
    }

    public Browser withCookie(String other) {
        cookie = other;
        return this;
    }

    public HttpAnswer get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    /** As the page sends it. */
    public HttpAnswer post(String path, String json) {
        return send("POST", path, json, "X-Posel-CSRF", "1", "Content-Type", "application/json");
    }

    /** Presses the button of the page that the link leads to, and keeps the cookie. */
    public HttpAnswer signIn(String link) {
        HttpAnswer answer = send("POST", link, null);
        answer.header("Set-Cookie")
                .map(COOKIE::matcher)
                .filter(Matcher::matches)
                .ifPresent(set -> cookie = set.group(1));
        return answer;
    }

    /** @param headers names and values; {@code Sec-Fetch-Site: same-origin} unless they say otherwise */
    public HttpAnswer send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.getAsInt() + path))
                .timeout(Duration.ofSeconds(30))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .setHeader("Sec-Fetch-Site", "same-origin");
        Optional.of(cookie).filter(value -> !value.isEmpty()).ifPresent(value -> request.setHeader("Cookie", value));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new HttpAnswer(response.statusCode(), response.body(), response.headers());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
