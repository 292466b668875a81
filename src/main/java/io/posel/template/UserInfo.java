package io.posel.template;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/** Who to sign in as, decoded from a URL's {@code user:password@}; either may be {@code ""}. */
public record UserInfo(String user, String password) {

    /** The value of {@code Authorization}, in UTF-8 (RFC 7617). */
    public String basic() {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    /** Hides the password, so that it cannot slip into a log. */
    @Override
    public String toString() {
        return "UserInfo[user=" + user + ", password=***]";
    }
}
