package io.posel.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Looks through templates that compile for what will probably not do what its author thinks.
 *
 * <p>URL and headers may hold keys: of their text nothing is repeated but names of variables that are known.
 */
public final class TemplateWarnings {
    /** More of them in one template say nothing new. */
    private static final int MOST = 20;

    private static final String NOT_A_VARIABLE = "not-a-variable";

    private final Predicate<String> known;
    private final NearMisses nearMisses;

    /** @param known whether an event has a variable of this name, as far as anybody can tell */
    public TemplateWarnings(Predicate<String> known) {
        this.known = known;
        this.nearMisses = new NearMisses(known);
    }

    /** What looks like a variable, and what nobody sees. */
    public List<TemplateWarning> ofUrl(String url) throws TemplateException {
        return inPlainText(url, Origin.parse(url).end());
    }

    /** What looks like a variable, and what nobody sees. */
    public List<TemplateWarning> ofHeader(String value) {
        return inPlainText(value, 0);
    }

    private List<TemplateWarning> inPlainText(String text, int from) {
        List<TemplateWarning> found = new ArrayList<>();
        for (NearMisses.NearMiss miss : nearMisses.in(text, from, text.length())) {
            String name = miss.suggestion();
            found.add(notAVariable(text, miss.start(), name != null && known.test(name) ? name : ""));
        }
        for (int i = from; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int c = text.codePointAt(i);
            if (CodePoints.isInvisible(c)) {
                String character = CodePoints.name(c);
                found.add(TemplateWarning.at(
                        text,
                        i,
                        "invisible-character",
                        Map.of("character", character),
                        character + " cannot be seen and is sent with the rest; remove it unless it is meant."));
            }
        }
        return first(found);
    }

    /** What looks like a variable in a text, and members that have or may get the same name. */
    public List<TemplateWarning> ofBody(String body) throws TemplateException {
        BodyParser parser = new BodyParser(body);
        parser.parse();
        List<TemplateWarning> found = new ArrayList<>();
        for (BodyParser.Text text : parser.texts()) {
            for (NearMisses.NearMiss miss : nearMisses.in(body, text.from(), text.to())) {
                found.add(notAVariable(body, miss.start(), miss.suggestion() == null ? "" : miss.suggestion()));
            }
            if (found.size() >= MOST) {
                break;
            }
        }
        found.addAll(new MemberNames(body).duplicates(parser.texts(), MOST));
        return first(found);
    }

    /** Of a variable's name by itself, what looks like a path of another language. */
    public Optional<TemplateWarning> ofName(String path) {
        boolean foreign = path.codePoints().anyMatch(c -> "[]{}$".indexOf(c) >= 0 || CodePoints.isInvisible(c))
                || path.contains("..")
                || path.startsWith(".")
                || path.endsWith(".");
        String name = foreign ? NearMisses.repaired(path) : null;
        return Optional.ofNullable(name)
                .map(meant -> TemplateWarning.at(
                        path,
                        0,
                        NOT_A_VARIABLE,
                        Map.of("suggestion", meant),
                        "This is not the name of a variable, so it is empty. Write " + meant + "."));
    }

    private static List<TemplateWarning> first(List<TemplateWarning> found) {
        return found.subList(0, Math.min(MOST, found.size()));
    }

    private static TemplateWarning notAVariable(String template, int index, String name) {
        return TemplateWarning.at(
                template,
                index,
                NOT_A_VARIABLE,
                name.isEmpty() ? Map.of() : Map.of("suggestion", "#" + name + "#"),
                name.isEmpty()
                        ? "This is not a variable and is sent as text. A variable is #name#, a name of letters, digits,"
                                + " _, - and dots, such as #items.0.sku#."
                        : "This is not a variable and is sent as text. Write #" + name + "# to send its value.");
    }
}
