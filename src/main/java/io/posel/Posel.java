package io.posel;

import java.nio.file.Path;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command {@code java -jar posel.jar}. */
public final class Posel {
    private static final Logger LOG = LoggerFactory.getLogger(Posel.class);

    private Posel() {}

    public static void main(String[] args) {
        Path home = Home.of(System.getenv());
        String word = args.length == 0 ? "run" : args[0];
        switch (word) {
            case "run" -> run(home);
            case "version" -> System.out.println("Posel " + Version.TEXT);
            default -> {
                System.err.println("posel: there is no command " + word + "; java -jar posel.jar help lists them");
                System.exit(1);
            }
        }
    }

    private static void run(Path home) {
        try {
            Application application = new Application(Settings.load(home, System.getenv()), Clock.systemUTC());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(application), "posel-stop"));
            application.start();
        } catch (StartFailedException | InvalidSettingException | IllegalStateException e) {
            LOG.debug("The start failed", e);
            System.err.println("Posel cannot start: " + e.getMessage());
            Runtime.getRuntime().halt(1);
        } catch (RuntimeException | Error e) {
            LOG.error("The start failed", e);
            System.err.println("Posel cannot start, and did not expect why: " + e);
            Runtime.getRuntime().halt(1);
        }
    }

    /** Ends with 0 whatever signal came; the JVM itself would end with 143 on SIGTERM. */
    private static void stop(Application application) {
        LOG.info("Posel stops");
        application.close();
        LOG.info("Posel has stopped");
        Runtime.getRuntime().halt(0);
    }
}
