package io.posel.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * The few pages around signing in, as HTML of UTF-8. They have no script and load nothing, and of a request they show
 * nothing.
 */
final class Pages {
    static final String MEDIA_TYPE = "text/html; charset=utf-8";

    private static final String STYLE =
            ":root{color-scheme:light dark;background:Canvas;color:CanvasText;font:1.1rem/1.5 system-ui,sans-serif}"
                    + "body{margin:0 auto;max-width:38rem;padding:2rem 1rem}code{overflow-wrap:anywhere}"
                    + "button{font:inherit;padding:.5rem 1.5rem}";

    /** What such a page may do: nothing but to look like this and send its form to where it comes from. */
    static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
            + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final String COMMAND = "<p><code>java -jar posel.jar login-link --name Jana --role admin</code></p>";

    private Pages() {}

    private static String hash(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether the request is one of a browser that shows its answer to somebody. */
    static boolean isWanted(RequestHead head) {
        List<String> accept = head.header("Accept");
        return SignInDesk.isForPeople(head.path())
                && String.join(",", accept).toLowerCase(Locale.ROOT).contains("text/html");
    }

    /** Where a login link leads. The form goes to the same address, so the page needs to know nothing of the link. */
    static byte[] login(Language language) {
        String title = language.of("Sign in to Posel", "Přihlášení do Posla");
        return page(
                language,
                title,
                "<p>"
                        + language.of(
                                "The link works once, within 10 minutes after it was made.",
                                "Odkaz platí 10 minut od vytvoření a lze ho použít jednou.")
                        + "</p><form method=\"post\"><button>"
                        + language.of("Sign in", "Přihlásit se")
                        + "</button></form>");
    }

    /** For those who have neither a session nor a link. */
    static byte[] noLink(Language language) {
        return page(language, language.of("You are not signed in", "Nejste přihlášeni"), howToSignIn(language));
    }

    private static String howToSignIn(Language language) {
        return "<p>"
                + language.of(
                        "Ask who runs Posel for a login link, or make one where it runs:",
                        "O přihlašovací odkaz požádejte správce Posla, nebo ho vytvořte tam, kde Posel běží:")
                + "</p>"
                + COMMAND
                // the browser leaves the cookie out where another site led here
                + "<p><a href=\"/\">" + language.of("I am signed in already", "Už přihlášeni jste?") + "</a></p>";
    }

    /** @param detail in English, for what nobody should meet on a page */
    static byte[] refusal(Language language, String code, String detail) {
        String title =
                switch (code) {
                    case "login-link-expired" ->
                        language.of("This login link is too old", "Platnost tohoto odkazu vypršela");
                    case "login-link-used" ->
                        language.of("This login link has been used already", "Tento odkaz už byl použit");
                    case "login-link-invalid" ->
                        language.of("This is no login link of this Posel", "Toto není přihlašovací odkaz tohoto Posla");
                    case "token-required" -> language.of("You are not signed in", "Nejste přihlášeni");
                    case "unknown-session" -> language.of("You are no longer signed in", "Už nejste přihlášeni");
                    case "not-ready", "outcome-unknown" ->
                        language.of(
                                "Posel cannot do this now. Try again soon",
                                "Posel to teď nemůže udělat. Zkuste to za chvíli");
                    default -> language.of("Posel refuses this", "Posel to odmítá");
                };
        boolean told = !title.equals(language.of("Posel refuses this", "Posel to odmítá"));
        return page(
                language, title, (told ? "" : "<p lang=\"en\">" + escaped(detail) + "</p>") + howToSignIn(language));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static byte[] page(Language language, String title, String content) {
        return ("<!doctype html>\n<html lang=\"" + language.code() + "\"><head><meta charset=\"utf-8\"><title>" + title
                        + "</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>"
                        + STYLE
                        + "</style></head><body><main><h1>" + title + "</h1>" + content + "</main></body></html>\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
