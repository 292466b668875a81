package io.posel.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.slf4j.LoggerFactory;

/** All that is printed while it is open, with everything that Posel logs at any level. */
public final class Printed implements AutoCloseable {
    private final PrintStream console = System.out;
    private final Logger posel = (Logger) LoggerFactory.getLogger("io.posel");
    private final Level before = posel.getLevel();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    private Printed() {
        posel.setLevel(Level.TRACE);
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

    public static Printed open() {
        return new Printed();
    }

    public List<String> lines() {
        return kept.toString(UTF_8).lines().toList();
    }

    @Override
    public void close() {
        System.setOut(console);
        posel.setLevel(before);
    }
}
