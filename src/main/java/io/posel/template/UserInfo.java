package io.posel.template;

/** Who to sign in as, decoded from a URL's {@code user:password@}; either may be {@code ""}. */
public record UserInfo(String user, String password) {

    /** Hides the password, so that it cannot slip into a log. */
    @Override
    public String toString() {
        return "UserInfo[user=" + user + ", password=***]";
    }
}
