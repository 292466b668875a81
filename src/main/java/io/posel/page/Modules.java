package io.posel.page;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The JavaScript modules of the page, and what each of them needs. */
final class Modules {
    private final Map<String, Script> scripts = new LinkedHashMap<>();
    private final Map<String, String> libraries;

    /**
     * @param texts by the names of the files
     * @param libraries names of files, by the bare specifiers that mean them
     */
    Modules(Map<String, String> texts, Map<String, String> libraries) {
        texts.forEach((name, text) -> scripts.put(name, new Script(name, text)));
        this.libraries = libraries;
    }

    /** With relative addresses in place of bare specifiers, which a browser does not understand by itself. */
    String text(String name) {
        return script(name).with(what -> isRelative(what) ? what : up(name) + imported(name, what));
    }

    private static String up(String name) {
        long depth = name.chars().filter(c -> c == '/').count();
        return depth == 0 ? "./" : "../".repeat((int) depth);
    }

    private static boolean isRelative(String what) {
        return what.startsWith("./") || what.startsWith("../");
    }

    /**
     * The file that is meant.
     *
     * @throws IllegalStateException if there is none
     */
    private String imported(String by, String what) {
        String name =
                isRelative(what) ? URI.create("/" + by).resolve(what).getPath().substring(1) : libraries.get(what);
        if (name == null) {
            throw new IllegalStateException(by + " imports " + what + ", which libraries.properties does not name");
        } else if (!scripts.containsKey(name)) {
            throw new IllegalStateException(by + " imports " + what + ", but there is no module " + name);
        }
        return name;
    }

    /** All that have to be there before the named one can run, itself not; the nearest first. */
    Set<String> needed(String name) {
        Set<String> needed = new LinkedHashSet<>();
        needed.add(name);
        Set<String> last = Set.of(name);
        while (!last.isEmpty()) {
            Set<String> next = new LinkedHashSet<>();
            for (String by : last) {
                for (Script.Import each : script(by).imports()) {
                    String file = imported(by, each.what());
                    if (each.first() && needed.add(file)) {
                        next.add(file);
                    }
                }
            }
            last = next;
        }
        needed.remove(name);
        return needed;
    }

    /** @throws IllegalStateException if one of them imports what is not there */
    void check() {
        scripts.forEach((name, script) -> script.imports().forEach(each -> imported(name, each.what())));
    }

    private Script script(String name) {
        Script script = scripts.get(name);
        if (script == null) {
            throw new IllegalStateException("there is no module " + name);
        }
        return script;
    }
}
