package io.posel.template;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A header (RFC 9110, section 5) whose value may hold variables, compiled once and rendered for each delivery.
 *
 * <ul>
 *   <li>The name is a token. What frames the message, belongs to one hop, or is Posel's own is refused: {@code Host},
 *       {@code Content-Length}, {@code Connection}, {@code webhook-*} and the like. So are {@code Camel*},
 *       {@code org.apache.camel*} and {@code kafka.*}, which would steer the sender instead of reaching the receiver.
 *   <li>A control character (C0 but the tab, DEL, C1) or a lone surrogate in the value is refused, never replaced:
 *       when compiled if it stands in the template, when rendered if data brings it in.
 *   <li>Spaces and tabs around the rendered value are left out, as they are no part of it (RFC 9110, section 5.5). A
 *       tab further inside stays.
 *   <li>A {@code #} that begins no variable is text. One pass: what a variable brings in is never read as template.
 * </ul>
 *
 * <p>The value is text; to send it as UTF-8 is up to the caller.
 */
public final class HeaderTemplate {
    private static final Set<String> RESERVED = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "upgrade",
            "te",
            "trailer",
            "keep-alive",
            "expect",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-authorization",
            "proxy-connection");
    private static final List<String> RESERVED_PREFIXES =
            List.of("webhook-", "posel-", "camel", "org.apache.camel", "kafka.");

    private final String name;
    /** One more than variables: before, between and behind them. */
    private final String[] constants;

    private final Variable[] variables;
    private final Set<String> paths;

    private HeaderTemplate(String name, String[] constants, List<Variable> variables) {
        this.name = name;
        this.constants = constants;
        this.variables = variables.toArray(Variable[]::new);
        this.paths = Variable.paths(variables);
    }

    /** @throws TemplateException with line and column in the name if that is refused, else in the value */
    public static HeaderTemplate compile(String name, String value) throws TemplateException {
        requireName(name);
        for (int i = 0; i < value.length(); i = value.offsetByCodePoints(i, 1)) {
            int c = value.codePointAt(i);
            if (isControl(c)) {
                throw TemplateException.ofCharacter(
                        value,
                        i,
                        "header-control-character",
                        "is a line break or control character, which a header's value must not hold; remove it.");
            } else if (Surrogates.isLone(c)) {
                throw Surrogates.refused(value, i);
            }
        }
        List<Variable> variables = Variable.in(value, 0, value.length());
        String[] constants = new String[variables.size() + 1];
        int from = 0;
        for (int i = 0; i < variables.size(); i++) {
            constants[i] = value.substring(from, variables.get(i).start());
            from = variables.get(i).end();
        }
        constants[variables.size()] = value.substring(from);
        return new HeaderTemplate(name, constants, variables);
    }

    private static void requireName(String name) throws TemplateException {
        for (int i = 0; i < name.length(); i++) {
            if (!isTokenCharacter(name.charAt(i))) {
                throw TemplateException.at(
                        name,
                        i,
                        "header-name",
                        "A header's name may only hold letters without accents, digits and !#$%&'*+-.^_`|~.");
            }
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (name.isEmpty()) {
            throw TemplateException.at(name, 0, "header-name", "The header has no name, give it one.");
        } else if (RESERVED.contains(lower) || RESERVED_PREFIXES.stream().anyMatch(lower::startsWith)) {
            throw TemplateException.at(
                    name,
                    0,
                    "header-name-reserved",
                    "The header " + name + " belongs to the connection or to Posel itself, remove it.");
        }
    }

    public String name() {
        return name;
    }

    /** @throws RenderException if data brings in what a header cannot carry, or too much of it */
    public String render(Variables values) throws RenderException {
        StringBuilder out = new StringBuilder(64).append(constants[0]);
        for (int i = 0; i < variables.length; i++) {
            String text = variables[i].textIn(values);
            requireSendable(text, variables[i]);
            out.append(text).append(constants[i + 1]);
            Room.require(out.length());
        }
        int from = 0;
        int to = out.length();
        while (from < to && isSpace(out.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(out.charAt(to - 1))) {
            to--;
        }
        return out.substring(from, to);
    }

    private void requireSendable(String text, Variable variable) throws RenderException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isControl(c)) {
                throw new RenderException("The header " + name + " cannot be sent: the value of " + variable
                        + " holds a line break or control character.");
            } else if (Character.isSurrogate(c)) {
                if (Surrogates.isLone(text.codePointAt(i))) {
                    throw new RenderException("The header " + name + " cannot be sent: the value of " + variable
                            + " holds a broken character (half of a surrogate pair).");
                }
                i++;
            }
        }
    }

    /** The paths of all variables, in the order in which they first appear. */
    public Set<String> variables() {
        return paths;
    }

    private static boolean isTokenCharacter(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    private static boolean isControl(int c) {
        return c < 0x20 && c != '\t' || c >= 0x7f && c <= 0x9f;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }
}
