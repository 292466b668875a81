package io.posel;

import io.posel.access.Caller;
import io.posel.access.LoginLinks;
import io.posel.access.Role;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The command {@code login-link}: prints a link that signs somebody in, once. Needs the key of the secrets and no
 * database, so it works beside a running Posel.
 */
final class LoginLinkCommand {
    private static final Set<String> WORDS = Set.of("--name", "--role", "--url");
    private static final Set<String> EVERY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");

    private final Settings settings;
    private final LoginLinks links;

    LoginLinkCommand(Settings settings, LoginLinks links) {
        this.settings = settings;
        this.links = links;
    }

    /**
     * @param words those behind {@code login-link}
     * @return the link
     * @throws StartFailedException for words that are missing or wrong
     */
    String run(List<String> words) {
        Map<String, String> given = read(words);
        String name = given.getOrDefault("--name", "");
        if (!Caller.isName(name) || Caller.isReserved(name)) {
            throw wrong(
                    "--name is who signs in: 1 to 60 letters, digits, blanks, dots, underscores and hyphens, beginning"
                            + " with a letter or digit; the audit trail tells it");
        }
        Role role = Role.of(given.getOrDefault("--role", ""))
                .filter(each -> each != Role.INTAKE)
                .orElseThrow(() -> wrong("--role is admin, who may do everything, or viewer, who may only look"));
        return address(given) + links.make(name, role);
    }

    private static Map<String, String> read(List<String> words) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < words.size(); i++) {
            String[] parts = words.get(i).split("=", 2);
            if (!WORDS.contains(parts[0])) {
                throw wrong("it does not know " + parts[0]);
            } else if (parts.length == 1 && i + 1 == words.size()) {
                throw wrong(parts[0] + " needs a value");
            }
            given.put(parts[0], parts.length == 2 ? parts[1] : words.get(++i));
        }
        return given;
    }

    private String address(Map<String, String> given) {
        String url = given.get("--url");
        if (url != null) {
            return base(url);
        }
        int port = settings.number("posel.http.port", 0, 65_535);
        if (port == 0) {
            throw wrong("the port is chosen at the start (POSEL_HTTP_PORT is 0), so name the address with --url");
        }
        return address(settings, port);
    }

    private static String base(String url) {
        try {
            URI uri = URI.create(url);
            if (Set.of("http", "https").contains(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT))
                    && uri.getHost() != null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && Set.of("", "/").contains(uri.getRawPath())) {
                return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw wrong("--url is the address at which browsers reach Posel, such as https://posel.example.com");
    }

    /** Where a Posel of these settings is reached from its own machine. */
    static String address(Settings settings, int port) {
        String host = settings.text("posel.http.host");
        String name = EVERY_ADDRESS.contains(host) ? "localhost" : host;
        return "http://" + (name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name) + ":" + port;
    }

    private static StartFailedException wrong(String what) {
        return new StartFailedException(
                what + ". Usage: login-link --name Jana --role admin [--url https://posel.example.com]", null);
    }
}
