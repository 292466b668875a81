package io.posel.route;

import io.posel.delivery.AddressPolicy;
import io.posel.delivery.Failure;
import io.posel.delivery.FailureCause;
import io.posel.delivery.Resent;
import io.posel.json.Json;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** What a test tells of the receiver: enough to see whether the webhook is right, too little to look around with it. */
final class TestAnswer {
    static final int BODY_LIMIT = 2 * 1024;

    private static final int HEADERS_LIMIT = 50;
    private static final int HEADER_LIMIT = 500;
    private static final Pattern CHARSET = Pattern.compile("charset=\"?([\\w.:+-]+)", Pattern.CASE_INSENSITIVE);
    private static final String REFUSED =
            "Nothing was sent: the address of this host is not public, or it is where Posel"
                    + " itself listens. An operator can allow other networks with " + AddressPolicy.SETTING + ".";

    private TestAnswer() {}

    /** The receiver's answer; {@code body} is null unless it is text. */
    static Json response(Message message, long durationMs) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        message.getHeaders().forEach((name, value) -> {
            if (headers.size() < HEADERS_LIMIT && isOfReceiver(name)) {
                headers.put(name, cut(text(value)));
            }
        });
        byte[] body = message.getBody(byte[].class);
        return Json.object(
                "status",
                message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class),
                "headers",
                headers,
                "body",
                text(body == null ? new byte[0] : body, charset(headers.get("Content-Type"))),
                "resent",
                Resent.isIn(message.getHeaders()),
                "durationMs",
                durationMs);
    }

    private static boolean isOfReceiver(String name) {
        return !name.toLowerCase(Locale.ROOT).startsWith("camel") && !Resent.isHeader(name);
    }

    /** Why there is none. Neither an address that was looked up nor what something that is no HTTP said is told. */
    static Json error(Failure failure) {
        FailureCause cause = failure.cause();
        String detail =
                switch (failure.kind()) {
                    case ADDRESS_REFUSED -> REFUSED;
                    case BAD_ANSWER ->
                        cause == null || cause == FailureCause.NOT_HTTP
                                ? "the answer is not valid HTTP"
                                : failure.reason();
                    default -> failure.reason();
                };
        return Json.object(
                "code", failure.kind().code(), "cause", cause == null ? null : cause.code(), "detail", detail);
    }

    private static String text(Object value) {
        return value instanceof Collection<?> values
                ? values.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : String.valueOf(value);
    }

    private static String cut(String value) {
        return value.length() <= HEADER_LIMIT ? value : value.substring(0, HEADER_LIMIT) + "…";
    }

    private static Charset charset(@Nullable String contentType) {
        Matcher charset = CHARSET.matcher(String.valueOf(contentType));
        try {
            return charset.find() ? Charset.forName(charset.group(1)) : StandardCharsets.UTF_8;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return StandardCharsets.UTF_8;
        }
    }

    /** The beginning of it, whole characters; null if it is something else than text. */
    private static @Nullable String text(byte[] body, Charset charset) {
        boolean cut = body.length > BODY_LIMIT;
        CharBuffer text = CharBuffer.allocate(BODY_LIMIT);
        boolean isText = !charset.newDecoder()
                .decode(ByteBuffer.wrap(body, 0, Math.min(body.length, BODY_LIMIT)), text, !cut)
                .isError();
        return isText ? text.flip().toString() : null;
    }
}
