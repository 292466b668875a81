package io.posel.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;

/** Receivers that do harm, each in a way of its own. None of them ever takes a delivery. */
public enum HostileReceiver {
    NEVER_ANSWERS(canary -> Answer.hang(), "timeout"),
    DRIPS_ITS_HEADER(canary -> Answer.dripHeaders(Duration.ofSeconds(1)), "timeout"),
    DRIPS_ITS_BODY(canary -> Answer.drip(500, 1000, Duration.ofSeconds(1)), "status"),
    DRIPS_INTERIM_ANSWERS(canary -> dripInterim(Duration.ofMillis(200)), "timeout"),
    FLOODS_WITH_100(canary -> Answer.endlessInterim(100), "bad-answer"),
    FLOODS_WITH_103(canary -> Answer.endlessInterim(103), "bad-answer"),
    ENDLESS_HEADERS(canary -> Answer.endlessHeaders(), "bad-answer"),
    ENDLESS_HEADER_LINE(canary -> Answer.endlessHeaderLine(), "bad-answer"),
    ENDLESS_BODY(canary -> Answer.endlessBody(500), "status"),
    ENDLESS_GARBAGE(canary -> Answer.endlessGarbage(), "bad-answer"),
    RESETS_IN_ITS_ANSWER(canary -> Answer.reset(500), "status"),
    CLOSES_AFTER_ITS_ANSWER(canary -> closeAfterAnswer(), "status", "connection-closed"),
    CLOSES_AT_THE_NEXT_REQUEST(canary -> closeAtNextRequest(), "status", "connection-closed"),
    REDIRECTS_301(canary -> Answer.status(301).header("Location", canary), "status"),
    REDIRECTS_302(canary -> Answer.status(302).header("Location", canary), "status"),
    REDIRECTS_307(canary -> Answer.status(307).header("Location", canary), "status"),
    GZIP_BOMB(canary -> Answer.gzipBomb(500, 50 * 1024 * 1024), "status");

    private final Function<String, Answer> answer;
    private final Set<String> failures;

    HostileReceiver(Function<String, Answer> answer, String... failures) {
        this.answer = answer;
        this.failures = Set.copyOf(Arrays.asList(failures));
    }

    /** @param canary the URL to which it redirects */
    public Receiver start(String canary) throws IOException {
        return Receiver.start().answer(answer.apply(canary));
    }

    /** The kinds of failure that an attempt may end with. */
    public Set<String> failures() {
        return failures;
    }

    /** Each attempt lasts until its time is over. */
    public boolean isSlow() {
        return failures.contains("timeout") || this == DRIPS_ITS_BODY;
    }

    /** It may close a kept connection while a request is on its way, and then never sees that request. */
    public boolean missesRequests() {
        return failures.size() > 1;
    }

    private static Answer dripInterim(Duration pause) {
        return (socket, closing) -> {
            Answer one = Answer.after(pause, Answer.interim(103, (gone, ended) -> true));
            while (one.send(socket, closing)) {
                // until the sender goes away
            }
            return false;
        };
    }

    private static Answer closeAfterAnswer() {
        return (socket, closing) -> {
            Answer.status(500).send(socket, closing);
            return false;
        };
    }

    private static Answer closeAtNextRequest() {
        return (socket, closing) -> {
            Answer.status(500).send(socket, closing);
            socket.getInputStream().read();
            return false;
        };
    }
}
