package io.posel;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** How settings are called, in the file and in the environment, and which one somebody meant who mistyped it. */
final class SettingNames {
    static final String PREFIX = "posel.";
    static final String SOURCE = "posel.source.";

    /** Of every source, whether or not the file names them. */
    static final Set<String> OF_SOURCES = Set.of(
            "enabled", "db.url", "db.user", "db.password", "statements", "interval", "max-delay", "url", "token");

    /**
     * Kubernetes puts {@code <NAME>_SERVICE_HOST}, {@code <NAME>_SERVICE_PORT…} and {@code <NAME>_PORT_<number>_TCP…} into
     * each pod for each service of its namespace.
     */
    private static final Pattern OF_A_SERVICE =
            Pattern.compile("\\w+?_(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

    private static final Pattern ADDRESS_OF_A_SERVICE = Pattern.compile("(tcp|udp|sctp)://.*");

    private SettingNames() {}

    /** The variable of the environment that sets this key. */
    static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** What is left of {@code posel.source.<name>.<rest>}; empty if it is no such key. */
    static Optional<String> ofSource(String key) {
        if (!key.startsWith(SOURCE)) {
            return Optional.empty();
        }
        int dot = key.indexOf('.', SOURCE.length());
        return dot <= SOURCE.length() || dot == key.length() - 1
                ? Optional.empty()
                : Optional.of(key.substring(dot + 1));
    }

    /** Whether it is there because of a service of that name, and not because somebody set it. */
    static boolean isOfKubernetes(String variable, String value) {
        return variable.startsWith("POSEL_SERVICE_")
                || variable.equals("POSEL_PORT")
                || variable.startsWith("POSEL_PORT_")
                || OF_A_SERVICE.matcher(variable).matches()
                || variable.endsWith("_PORT")
                        && ADDRESS_OF_A_SERVICE.matcher(value).matches();
    }

    /** The one that differs least from this name, the shorter of two. How they are written is no difference. */
    static String nearest(String name, Collection<String> known) {
        String variable = variable(name);
        return known.stream()
                .min(Comparator.<String>comparingInt(each -> distance(variable, variable(each)))
                        .thenComparing(String::length)
                        .thenComparing(Comparator.naturalOrder()))
                .orElse("");
    }

    /** Whether one is the other, mistyped: by more letters in longer names. */
    static boolean isTypingErrorOf(String name, String known) {
        return !name.equals(known) && distance(name, known) <= known.length() / 4;
    }

    /** How many letters have to be put in, left out, replaced, or exchanged with their neighbour. */
    static int distance(String from, String to) {
        int[] before = new int[to.length() + 1];
        int[] last = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = last[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            before = last;
            last = row;
        }
        return last[to.length()];
    }
}
