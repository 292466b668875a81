package io.posel.web;

import io.posel.access.Caller;
import io.posel.access.Role;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides what may enter, before any route of the server sees the request.
 *
 * <p>Promised: whatever is not exactly a health path, {@code POST /events} or a plain path below {@code /api} as sent,
 * byte by byte, needs a token of the role admin; so a path that a router decodes, joins or shortens into another one can
 * only meet the stricter check. A request with {@code Authorization} is judged by that alone; without one a cookie may
 * open what {@link SignInDesk} promises. {@code /login} is open to everybody.
 *
 * <p>Not promised: a bound on guessing. Wrong tokens are answered 429 after a while, but a right one always passes, or
 * one bad neighbour behind the same address could lock everybody out. A generated token has 256 bits.
 */
public final class Door {
    static final int MAX_HEADERS = 100;

    private static final Set<String> HEALTH = Set.of("/observe/health", "/observe/health/ready");
    /** What is neither a token nor one in quotes: Camel fails on it, before any route could answer. */
    private static final Pattern UNREADABLE_CHARSET = Pattern.compile(
            "charset\\s*=(?!\\s*([\\w!#$%&'*+.^`|~-]+|\"[\\w!#$%&'*+.^`|~-]+\")\\s*(;|$))", Pattern.CASE_INSENSITIVE);

    /** Besides digits and letters of ASCII (RFC 9110, 5.6.2). */
    private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~";

    private static final boolean[] IN_TOKEN = new boolean[128];

    static {
        for (char c = 0; c < IN_TOKEN.length; c++) {
            IN_TOKEN[c] = Character.isLetterOrDigit(c) || TOKEN_SIGNS.indexOf(c) >= 0;
        }
    }

    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    private static final String LIVE = "/observe/health/live";

    private final AllowedHosts hosts;
    private final Tokens tokens;
    private final WrongTokens wrongTokens;
    private final RateLimits limits;
    private final SignInDesk desk;
    private final long maxBody;

    /** @param maxBody the largest request body, in bytes */
    public Door(
            AllowedHosts hosts,
            Tokens tokens,
            WrongTokens wrongTokens,
            RateLimits limits,
            SignInDesk desk,
            long maxBody) {
        this.hosts = hosts;
        this.tokens = tokens;
        this.wrongTokens = wrongTokens;
        this.limits = limits;
        this.desk = desk;
        this.maxBody = maxBody;
    }

    public Verdict judge(RequestHead head) {
        return malformed(head)
                .or(() -> foreignHost(head))
                .<Verdict>map(refusal -> refusal)
                .or(() -> health(head))
                .or(() -> desk.withoutCredentials(head, wrongTokens))
                .orElseGet(() -> withCredentials(head));
    }

    private static Optional<Verdict.Refusal> malformed(RequestHead head) {
        List<String> names = head.headerNames();
        if (names.size() > MAX_HEADERS) {
            return refuse(431, "too-many-headers", "a request may have at most " + MAX_HEADERS + " headers");
        }
        // with each request: a pattern and a stream here took a fiftieth of all processor time
        for (String name : names) {
            if (!isToken(name)) {
                return refuse(400, "malformed-request", "the name of a header is a token, without blanks");
            }
        }
        List<String> codings = head.header("Transfer-Encoding");
        List<String> lengths = head.header("Content-Length");
        boolean chunked = codings.size() == 1 && codings.get(0).equalsIgnoreCase("chunked");
        if (!codings.isEmpty() && !chunked
                || codings.size() + lengths.size() > 1
                || !lengths.stream().allMatch(length -> LENGTH.matcher(length).matches())) {
            return refuse(
                    400,
                    "malformed-request",
                    "how long the body is cannot be told: send one Content-Length of digits, or Transfer-Encoding:"
                            + " chunked");
        }
        // an absolute target would carry a second host, past the check of the Host header (RFC 9112, 3.2.2)
        if (!head.target().startsWith("/") || head.target().indexOf('#') >= 0) {
            return refuse(400, "malformed-request", "the request target must be a path");
        }
        return Optional.empty();
    }

    private static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= IN_TOKEN.length || !IN_TOKEN[c]) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private Optional<Verdict.Refusal> foreignHost(RequestHead head) {
        List<String> values = head.header("Host");
        if (values.size() != 1) {
            return refuse(400, "host-required", "exactly one Host header is required");
        }
        return hosts.allows(values.get(0))
                ? Optional.empty()
                : refuse(
                        421,
                        "unknown-host",
                        "this server does not answer to that host name; POSEL_HTTP_ALLOWED_HOSTS adds names");
    }

    private static Optional<Verdict> health(RequestHead head) {
        if (!head.method().equals("GET") && !head.method().equals("HEAD")) {
            return Optional.empty();
        }
        String path = head.path();
        if (path.equals(LIVE)) {
            return Optional.of(new Verdict.Health(false));
        }
        return HEALTH.contains(path) ? Optional.of(new Verdict.Health(true)) : Optional.empty();
    }

    private Verdict withCredentials(RequestHead head) {
        List<String> authorization = head.header("Authorization");
        if (authorization.isEmpty() && desk.isForCookie(head)) {
            Verdict verdict = desk.withCookie(head);
            return verdict instanceof Verdict.Pass ? unfitBody(head).orElse(verdict) : verdict;
        }
        return bearerToken(authorization).map(token -> withToken(token, head)).orElseGet(Refusals::tokenRequired);
    }

    private Verdict withToken(String token, RequestHead head) {
        Optional<Caller> caller = tokens.callerOf(token);
        if (caller.isEmpty()) {
            if (!tokens.areRead()) {
                return Refusals.tooEarly();
            }
            return tokens.hasEnded(token)
                    ? Refusals.endedToken()
                    : Refusals.wrong(wrongTokens.count(head.remoteAddress()), Refusals.unknownToken());
        }
        boolean atIntake = Role.INTAKE.permits(head.method(), head.path());
        return limits.count("token " + caller.get().name(), atIntake)
                .<Verdict>map(refusal -> refusal)
                .orElseGet(() -> withToken(caller.get(), head));
    }

    private Verdict withToken(Caller caller, RequestHead head) {
        if (!caller.role().permits(head.method(), head.path())) {
            return Refusals.notPermitted(caller);
        } else if (head.path().equals(SignInDesk.SESSION) && head.method().equals("GET")) {
            return new Verdict.WhoIsIt(caller, null);
        }
        return unfitBody(head).orElseGet(() -> new Verdict.Pass(caller));
    }

    private Optional<Verdict> unfitBody(RequestHead head) {
        for (String type : head.header("Content-Type")) {
            String lower = type.toLowerCase(Locale.ROOT);
            // Camel would turn the fields of a form into message headers, and write uploads to the disk
            if (lower.contains("application/x-www-form-urlencoded") || lower.contains("multipart/")) {
                return Optional.of(new Verdict.Refusal(415, "unsupported-media-type", "forms are not taken here"));
            }
            if (lower.contains("charset") && UNREADABLE_CHARSET.matcher(type).find()) {
                return Optional.of(new Verdict.Refusal(
                        415,
                        "unsupported-charset",
                        "the charset in Content-Type cannot be read; send UTF-8 without one"));
            }
        }
        for (String coding : head.header("Content-Encoding")) {
            if (!coding.equalsIgnoreCase("identity")) {
                return Optional.of(new Verdict.Refusal(
                        415,
                        "unsupported-encoding",
                        "the body must not be compressed; leave out Content-Encoding",
                        Map.of("Accept-Encoding", "identity")));
            }
        }
        return head.header("Content-Length").stream().anyMatch(length -> Long.parseLong(length) > maxBody)
                ? Optional.of(tooLarge(maxBody))
                : Optional.empty();
    }

    static Verdict.Refusal tooLarge(long maxBody) {
        return new Verdict.Refusal(
                413, "body-too-large", "the body is larger than " + maxBody + " bytes; POSEL_MAX_BODY sets the limit");
    }

    private static Optional<String> bearerToken(List<String> authorization) {
        if (authorization.size() != 1 || !authorization.get(0).regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.empty();
        }
        String token = authorization.get(0).substring(7).strip();
        return token.isEmpty() ? Optional.empty() : Optional.of(token);
    }

    private static Optional<Verdict.Refusal> refuse(int status, String code, String detail) {
        return Optional.of(new Verdict.Refusal(status, code, detail));
    }
}
