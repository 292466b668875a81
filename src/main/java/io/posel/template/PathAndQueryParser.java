package io.posel.template;

import java.util.ArrayList;
import java.util.List;

/** Reads the part of a URL template behind the host, of which each character has been checked. */
final class PathAndQueryParser {
    private final String text;
    private final List<UrlPart> parts = new ArrayList<>();

    PathAndQueryParser(String text) {
        this.text = text;
    }

    List<UrlPart> parse(int from) throws TemplateException {
        int query = text.indexOf('?', from);
        int pathEnd = query < 0 ? text.length() : query;
        if (from == pathEnd) {
            parts.add(new UrlPart.Constant("/"));
        }
        int at = from;
        while (at < pathEnd) {
            int slash = text.indexOf('/', at + 1);
            int end = slash < 0 || slash > pathEnd ? pathEnd : slash;
            segment(at, end);
            at = end;
        }
        parts.addAll(partsOf(pathEnd, text.length()));
        return merged();
    }

    /** A slash and what follows it up to the next. */
    private void segment(int slash, int end) throws TemplateException {
        parts.add(new UrlPart.Constant("/"));
        int semicolon = text.indexOf(';', slash);
        // some servers cut ;parameters off before they look for dots
        int nameEnd = semicolon < 0 || semicolon > end ? end : semicolon;
        List<UrlPart> name = partsOf(slash + 1, nameEnd);
        boolean dotsOnly = true;
        boolean constant = true;
        for (UrlPart part : name) {
            if (part instanceof UrlPart.Constant written) {
                dotsOnly &= UrlPart.dots(written.encoded(), 0, written.encoded().length()) >= 0;
            } else {
                constant = false;
            }
        }
        if (constant && UrlPart.isDots(text, slash + 1, nameEnd)) {
            throw TemplateException.at(
                    text,
                    slash + 1,
                    "url-dot-segment",
                    "The path must not hold the segments . and .., write the path that is meant.");
        } else if (!constant && dotsOnly) {
            parts.add(new UrlPart.MayBecomeDots(name));
        } else {
            parts.addAll(name);
        }
        parts.addAll(partsOf(nameEnd, end));
    }

    private List<UrlPart> partsOf(int from, int to) {
        List<UrlPart> found = new ArrayList<>();
        int at = from;
        for (Variable variable : Variable.in(text, from, to)) {
            constant(at, variable.start(), found);
            found.add(new UrlPart.Encoded(variable));
            at = variable.end();
        }
        constant(at, to, found);
        return found;
    }

    private void constant(int from, int to, List<UrlPart> found) {
        if (from < to) {
            StringBuilder encoded = new StringBuilder();
            PercentEncoding.appendConstant(text, from, to, encoded);
            found.add(new UrlPart.Constant(encoded.toString()));
        }
    }

    /** With neighbouring constants joined, so that rendering takes as few steps as it can. */
    private List<UrlPart> merged() {
        List<UrlPart> result = new ArrayList<>();
        for (UrlPart part : parts) {
            int last = result.size() - 1;
            if (part instanceof UrlPart.Constant next
                    && last >= 0
                    && result.get(last) instanceof UrlPart.Constant previous) {
                result.set(last, new UrlPart.Constant(previous.encoded() + next.encoded()));
            } else {
                result.add(part);
            }
        }
        return result;
    }
}
