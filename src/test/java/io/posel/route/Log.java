package io.posel.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What is logged at WARN and ERROR while it is open: the console's lines, stack traces among them. */
final class Log implements AutoCloseable {
    private final PrintStream console = System.out;
    private final Logger posel = (Logger) LoggerFactory.getLogger("io.posel");
    private final Level before = posel.getLevel();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    private Log() {
        posel.setLevel(Level.INFO);
        System.setOut(new PrintStream(
                new OutputStream() {
                    @Override
                    public void write(int b) {
                        write(new byte[] {(byte) b}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) {
                        kept.write(bytes, from, length);
                        console.write(bytes, from, length);
                    }
                },
                true,
                UTF_8));
    }

    static Log open() {
        return new Log();
    }

    /** Without the time, and all but lines of INFO. */
    List<String> warnings() {
        return kept.toString(UTF_8)
                .lines()
                .filter(line -> !line.matches("\\S+ (INFO|DEBUG) .*"))
                .map(line -> line.replaceFirst("^\\S+ (WARN|ERROR) +", ""))
                .filter(line -> !line.isEmpty())
                .toList();
    }

    @Override
    public void close() {
        System.setOut(console);
        posel.setLevel(before);
    }
}
