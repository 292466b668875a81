package io.posel.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes login links and knows its own again: what they entitle to stands in them, signed with HMAC-SHA256. So they can be
 * made by a process that has the key and nothing else, while another one holds the database.
 *
 * <p>Not promised: that a link is used once. Who takes it in keeps its nonce.
 */
public final class LoginLinks {
    /** What their key is derived for. */
    public static final String PURPOSE = "posel login link";

    /** How long a link may be used. */
    public static final Duration LIFETIME = Duration.ofMinutes(10);

    /** Of a query, whatever else stands in it; the longest link has less than 500. */
    private static final int MOST_CHARACTERS = 2_000;

    private static final String PATH = "/login?ticket=";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int NONCE_BYTES = 16;
    private static final Pattern TICKET = Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");
    private static final Pattern CONTENT = Pattern.compile("1 ([a-z]+) ([0-9]{1,12}) ([A-Za-z0-9_-]{22}) (.+)");

    private final Supplier<byte[]> key;
    private final InstantSource clock;
    private final SecureRandom random;

    /** @param key for this purpose alone; asked for each time */
    public LoginLinks(Supplier<byte[]> key, InstantSource clock, SecureRandom random) {
        this.key = key;
        this.clock = clock;
        this.random = random;
    }

    /**
     * A new link, from its path on.
     *
     * @throws IllegalArgumentException for a name that nobody may have, or a role that has no use for a session
     */
    public String make(String name, Role role) {
        if (!Caller.isName(name) || Caller.isReserved(name) || role == Role.INTAKE) {
            throw new IllegalArgumentException("no session of this name and role");
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        Instant end = clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(LIFETIME);
        byte[] content = "1 %s %d %s %s"
                .formatted(role.code(), end.getEpochSecond(), text(nonce), name)
                .getBytes(StandardCharsets.UTF_8);
        return PATH + text(content) + "." + text(signature(content));
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * What the link with this query entitles to, whether or not it is over; empty if it was not made with this key, byte
     * by byte.
     *
     * @param query of the request's target, nothing decoded; other parameters do not count
     */
    public Optional<LoginTicket> read(String query) {
        if (query.length() > MOST_CHARACTERS) {
            return Optional.empty();
        }
        String[] tickets = Arrays.stream(query.split("&"))
                .filter(each -> each.startsWith("ticket="))
                .map(each -> each.substring("ticket=".length()))
                .toArray(String[]::new);
        Matcher ticket = TICKET.matcher(tickets.length == 1 ? tickets[0] : "");
        if (!ticket.matches()) {
            return Optional.empty();
        }
        try {
            byte[] content = Base64.getUrlDecoder().decode(ticket.group(1));
            byte[] signature = Base64.getUrlDecoder().decode(ticket.group(2));
            return MessageDigest.isEqual(signature, signature(content))
                    ? Optional.of(ticket(content))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static LoginTicket ticket(byte[] content) {
        Matcher matcher = CONTENT.matcher(new String(content, StandardCharsets.UTF_8));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("signed by another version");
        }
        Role role = Role.of(matcher.group(1)).orElseThrow(() -> new IllegalArgumentException("no such role"));
        return new LoginTicket(
                matcher.group(4), role, Instant.ofEpochSecond(Long.parseLong(matcher.group(2))), matcher.group(3));
    }

    private byte[] signature(byte[] content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.get(), ALGORITHM));
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
