package io.posel.template;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

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
        byte[] body = render(values, length -> true);
        if (body == null) {
            throw new IllegalStateException("any length fits");
        }
        return body;
    }

    /**
     * @param fits asked for the length in bytes before so much is taken, if that is more than some 64 kB
     * @return null if it does not fit
     * @throws RenderException if data makes it too long
     */
    public byte @Nullable [] render(Variables values, IntPredicate fits) throws RenderException {
        StringBuilder out = new StringBuilder(expectedLength);
        for (BodyPart part : parts) {
            part.appendTo(out, values);
            if (out.length() > Room.LONG) {
                int length = length(values);
                return fits.test(length) ? render(values, length) : null;
            }
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private int length(Variables values) throws RenderException {
        int length = 0;
        StringBuilder out = new StringBuilder();
        for (BodyPart part : parts) {
            out.setLength(0);
            part.appendTo(out, values);
            length += utf8Length(out);
            Room.require(length);
        }
        return length;
    }

    /** Of text without lone surrogates, which a part never leaves. */
    private static int utf8Length(CharSequence text) {
        int length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                length += c < 0x800 || Character.isSurrogate(c) ? 1 : 2; // a pair makes four
            }
        }
        return length;
    }

    private byte[] render(Variables values, int length) {
        ByteBuffer body = ByteBuffer.allocate(length);
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        StringBuilder out = new StringBuilder();
        for (BodyPart part : parts) {
            out.setLength(0);
            part.appendTo(out, values);
            encoder.encode(CharBuffer.wrap(out), body, false);
        }
        return body.array();
    }

    /** The paths of all variables, in the order in which they first appear. */
    public Set<String> variables() {
        return variables;
    }
}
