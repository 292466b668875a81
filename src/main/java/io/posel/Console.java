package io.posel;

import java.io.PrintWriter;
import java.util.Optional;

/** The terminal that somebody looks at, if Posel was started from one. */
public final class Console {
    /** Since then there is a console where input or output is redirected, too. */
    private static final int TELLS_TERMINALS = 22;

    private Console() {}

    /** Where lines go to that no log, file or pipe must get; empty if input or output is one of these. */
    static Optional<PrintWriter> terminal() {
        return isTerminal() ? Optional.of(System.console().writer()) : Optional.empty();
    }

    /** Whether both input and output are a terminal. */
    public static boolean isTerminal() {
        java.io.Console console = System.console();
        if (console == null || Runtime.version().feature() < TELLS_TERMINALS) {
            return console != null;
        }
        try {
            return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("every Java platform has it since " + TELLS_TERMINALS, e);
        }
    }
}
