package io.posel.demo;

import io.posel.Console;
import java.io.PrintStream;

/** Prints lines, in colour where somebody looks at a terminal (and NO_COLOR is not set). */
final class Terminal {
    enum Colour {
        PLAIN(""),
        BOLD("1"),
        DIM("2"),
        GREEN("32"),
        RED("31"),
        YELLOW("33"),
        CYAN("36");

        private final String code;

        Colour(String code) {
            this.code = code;
        }
    }

    private final PrintStream out;
    private final boolean colours;

    Terminal(PrintStream out, boolean colours) {
        this.out = out;
        this.colours = colours;
    }

    static Terminal ofSystem() {
        return new Terminal(System.out, Console.isTerminal() && System.getenv("NO_COLOR") == null);
    }

    synchronized void line(Colour colour, String text) {
        // control characters of a request must not move the cursor of whoever watches
        String safe = text.replaceAll("[\\p{Cntrl}&&[^\\t]]", "?");
        out.println(colours && !colour.code.isEmpty() ? "\033[" + colour.code + "m" + safe + "\033[0m" : safe);
        out.flush();
    }

    void line(String text) {
        line(Colour.PLAIN, text);
    }
}
