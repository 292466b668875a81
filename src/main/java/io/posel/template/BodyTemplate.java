package io.posel.template;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * A JSON body (RFC 8259) with variables, compiled once and rendered for each delivery. What it renders is valid JSON in
 * UTF-8 for every possible event; a template that cannot promise that does not compile.
 *
 * <ul>
 *   <li>Constant parts go out as written: white space, escapes, number text, repeated member names.
 *   <li>{@code "id-#customer.id#"}: inside quotes (of a member's name too) a variable gives its text, escaped; a lone
 *       surrogate leaves as a {@code \}{@code udXXX} escape.
 *   <li>{@code "credit": #customer.credit#}: outside quotes it must be the whole value and gives the JSON value with
 *       its own type. Missing or null gives {@code ""}; a null further inside an object or array stays null.
 *   <li>A {@code #} in quotes that begins no variable is text. {@code \}{@code u0023} is always text, so it writes what
 *       would be a variable otherwise.
 *   <li>A byte order mark in front is left out.
 *   <li>One pass: what a variable brings in is never read as template.
 * </ul>
 *
 * <p>Not promised: that member names stay unique where they hold variables.
 */
public final class BodyTemplate {
    private final BodyPart[] parts;
    private final Set<String> variables;
    private final int expectedLength;

    private BodyTemplate(List<BodyPart> parts, Set<String> variables, int expectedLength) {
        this.parts = parts.toArray(BodyPart[]::new);
        this.variables = variables;
        this.expectedLength = expectedLength;
    }

    /** Whether this is no body at all, so that the request is a GET (S4): nothing is in it that anybody sees. */
    public static boolean isBlank(String text) {
        return text.codePoints().allMatch(c -> CodePoints.isBlank(c) || CodePoints.isInvisible(c));
    }

    /** @throws TemplateException if the rendered body could be something else than one JSON value; also if blank */
    public static BodyTemplate compile(String text) throws TemplateException {
        BodyParser parser = new BodyParser(text);
        List<BodyPart> parts = parser.parse();
        List<Variable> variables = parser.variables();
        return new BodyTemplate(parts, Variable.paths(variables), text.length() + 16 * variables.size());
    }

    /** @throws RenderException if data makes it too long */
    public byte[] render(Variables values) throws RenderException {
        StringBuilder out = new StringBuilder(expectedLength);
        for (BodyPart part : parts) {
            part.appendTo(out, values);
            Room.require(out.length());
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The paths of all variables, in the order in which they first appear. */
    public Set<String> variables() {
        return variables;
    }
}
