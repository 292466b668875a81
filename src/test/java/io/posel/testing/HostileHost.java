package io.posel.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of {@code hostile-hosts.txt}, which says what the parts are.
 *
 * @param answers of the name service; empty for a literal
 */
public record HostileHost(String written, Expected expected, List<String> answers, String why) {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-f]{4}|[tnr0\\\\])");

    public enum Expected {
        NO_HOST,
        DENIED,
        PUBLIC
    }

    public static List<HostileHost> all() {
        try (InputStream in = HostileHost.class.getResourceAsStream("/hostile-hosts.txt")) {
            List<HostileHost> hosts = new ArrayList<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("# ") && !line.equals("#"))
                    .forEach(line -> hosts.add(parse(line)));
            return hosts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static List<HostileHost> all(Expected expected) {
        return all().stream().filter(host -> host.expected == expected).toList();
    }

    private static HostileHost parse(String line) {
        String[] parts = line.replace(" | | ", " |  | ").split(" \\| ", 4);
        String answers = parts[2].strip();
        return new HostileHost(
                unescaped(parts[0]),
                Expected.valueOf(parts[1].toUpperCase(Locale.ROOT).replace('-', '_')),
                answers.isEmpty() ? List.of() : List.of(answers.split(" ")),
                parts[3]);
    }

    /** {@code \t}, {@code \n}, {@code \r}, {@code \0}, {@code \\} and a {@code u} with four hexadecimal digits. */
    static String unescaped(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(
                        switch (match.group(1).charAt(0)) {
                            case 't' -> "\t";
                            case 'n' -> "\n";
                            case 'r' -> "\r";
                            case '0' -> "\0";
                            case 'u' ->
                                String.valueOf(
                                        (char) Integer.parseInt(match.group(1).substring(1), 16));
                            default -> "\\";
                        }));
    }

    /** {@code http://…/} with this port. */
    public String url(int port) {
        boolean whole = written.contains("{port}") || written.contains("{}");
        String authority = whole ? written : written + ":{port}";
        return "http://" + authority.replace("{port}", String.valueOf(port)).replace("{}", "") + "/";
    }

    /** What the name service says; literals are read, no real one is ever asked. */
    public InetAddress[] addresses() throws UnknownHostException {
        return addresses(answers);
    }

    public static InetAddress[] addresses(List<String> literals) throws UnknownHostException {
        InetAddress[] addresses = new InetAddress[literals.size()];
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = InetAddress.getByName(literals.get(i));
        }
        return addresses;
    }

    /** In ASCII, since it is the name of a test. */
    @Override
    public String toString() {
        StringBuilder name = new StringBuilder();
        written.chars().forEach(c -> name.append(c > ' ' && c < 0x7f ? "" + (char) c : String.format("<%x>", c)));
        return name + ": " + why;
    }
}
