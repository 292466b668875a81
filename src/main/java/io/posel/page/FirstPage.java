package io.posel.page;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The HTML of the page: {@code index.html}, in which the places of its files and its language are filled in. */
final class FirstPage {
    private static final String LANGUAGE = "{language}";
    private static final String VERSION = "{version}";
    private static final String END = "</head>";
    private static final Pattern MODULE =
            Pattern.compile("<script\\s[^>]*?type=\"module\"[^>]*?src=\"/web/\\{version}/([^\"]+)\"");
    private static final Pattern FILE = Pattern.compile("\"/web/\\{version}/([^\"]+)\"");

    private final String template;
    private final String preloads;

    /** @throws IllegalStateException for a page that could not work */
    FirstPage(String template, Modules modules, Set<String> files) {
        this.template = template;
        Matcher module = MODULE.matcher(template);
        if (!module.find() || !template.contains(END) || !template.contains("lang=\"" + LANGUAGE + "\"")) {
            throw new IllegalStateException("index.html needs <html lang=\"{language}\">, </head> and a"
                    + " <script type=\"module\" src=\"/web/{version}/…\">");
        }
        FILE.matcher(template).results().map(match -> match.group(1)).forEach(name -> {
            if (!files.contains(name)) {
                throw new IllegalStateException("index.html names " + name + ", which is not there");
            }
        });
        this.preloads = modules.needed(module.group(1)).stream()
                .map(name -> "<link rel=\"modulepreload\" href=\"/web/" + VERSION + "/" + name + "\">\n")
                .collect(Collectors.joining());
    }

    /** A browser would find each module only when it has read those that import it; so it is told of all at once. */
    String text(String language, String version) {
        return template.replace(END, preloads + END).replace(LANGUAGE, language).replace(VERSION, version);
    }
}
