package io.posel;

import io.posel.access.LoginLinks;
import io.posel.demo.Demo;
import io.posel.store.Database;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The command {@code java -jar posel.jar}. What a command is asked for goes to standard output, not to the log. */
public final class Posel {
    private static final String HELP = """
            Posel sends webhooks: reliably, in order, in the format that the receiver wants.

              java -jar posel.jar           starts it; settings in config/application.properties
                                            or the environment (POSEL_HTTP_PORT …)
              java -jar posel.jar demo      shows the main job on an embedded database, until Ctrl-C
              java -jar posel.jar check     tells whether it would start with these settings, event types,
                                            routes and webhooks in files; opens no port, exits with 0 or 1
              java -jar posel.jar rotate-key
                                            encrypts the secrets in the database with another key
              java -jar posel.jar login-link --name Jana --role admin
                                            prints a link that signs somebody in to a running Posel, once
              java -jar posel.jar version   prints the version
              java -jar posel.jar help      prints this

            POSEL_HOME (default: the working directory) holds config/, routes/ and lib/.
            """;

    private Posel() {}

    public static void main(String[] args) {
        if (Runtime.version().feature() >= 24) {
            System.setProperty("io.netty.noUnsafe", "true"); // or Java warns of Netty at each start
        }
        switch (args.length == 0 ? "run" : args[0]) {
            case "run" -> start("start", Posel::run);
            case "demo" -> start("start", Posel::demo);
            case "check" -> start("start", Posel::check);
            case "rotate-key" -> start("rotate the key", Posel::rotateKey);
            case "login-link" -> start("make a login link", () -> loginLink(args));
            case "version" -> System.out.println("Posel " + Version.TEXT);
            case "help", "-h", "--help" -> System.out.print(HELP);
            default -> {
                System.err.println("Posel does not know the command \"" + args[0] + "\".");
                System.err.print(HELP);
                System.exit(1);
            }
        }
    }

    private static void run() {
        Thread.setDefaultUncaughtExceptionHandler(new FatalErrors(Runtime.getRuntime()::halt));
        Application application = new Application(settings(), Clock.systemUTC());
        atStop(application);
        application.start();
    }

    private static void demo() {
        System.setProperty("posel.log.level", "ERROR");
        Demo demo = new Demo();
        atStop(demo);
        try {
            demo.run();
        } catch (IOException e) {
            throw new StartFailedException("the demo ended: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void check() {
        System.setProperty("posel.log.level", "OFF");
        Check check = new Check(settings(), Clock.systemUTC());
        String routes = check.run();
        check.warnings().forEach(warning -> System.out.println("Warning: " + warning));
        System.out.println(
                "Posel can start: settings, event types and webhooks in files are right, and so are the routes from "
                        + routes);
        Runtime.getRuntime().halt(0);
    }

    private static void rotateKey() {
        System.setProperty("posel.log.level", "OFF");
        System.out.println(new RotateKey(settings(), Clock.systemUTC()).run());
        Runtime.getRuntime().halt(0);
    }

    private static void loginLink(String[] args) {
        System.setProperty("posel.log.level", "OFF");
        Settings settings = settings();
        SecureRandom random = new SecureRandom();
        SecretKeys keys = new SecretKeys(settings, random);
        LoginLinks links = new LoginLinks(() -> keys.existing().derive(LoginLinks.PURPOSE), Clock.systemUTC(), random);
        String link = new LoginLinkCommand(settings, links).run(List.of(args).subList(1, args.length));
        System.out.println(link);
        System.err.println("It signs in once, within " + LoginLinks.LIFETIME.toMinutes() + " minutes.");
    }

    private static Settings settings() {
        return Settings.load(
                Home.of(System.getenv()),
                System.getenv(),
                System.getProperties().stringPropertyNames());
    }

    /**
     * Exits with 1 and one message if the start fails.
     *
     * @param what was to be done, for the message
     */
    private static void start(String what, Runnable program) {
        try {
            program.run();
        } catch (RuntimeException | Error e) {
            if (!isStopping()) {
                fail(what, e);
            } // or else it did not start because it was stopped, and ends as a stop does
        }
    }

    private static void fail(String what, Throwable e) {
        if (e instanceof StartFailedException
                || e instanceof Database.UnusableException
                || e instanceof InvalidSettingException
                || e instanceof IllegalStateException) {
            LoggerFactory.getLogger(Posel.class).debug("The start failed", e);
            System.err.println("Posel cannot " + what + ": " + e.getMessage());
        } else {
            LoggerFactory.getLogger(Posel.class).error("The start failed", e);
            System.err.println("Posel cannot " + what + ", and did not expect why: " + e);
        }
        Runtime.getRuntime().halt(1);
    }

    /** Whether a signal ends this process already; the JVM tells it in no other way. */
    private static boolean isStopping() {
        try {
            Runtime.getRuntime().removeShutdownHook(new Thread());
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /** Ends with 0 whatever signal came; the JVM itself would end with 143 on SIGTERM. */
    private static void atStop(AutoCloseable program) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                program.close();
                            } catch (Exception e) {
                                System.err.println("Posel did not stop in order: " + e);
                                Runtime.getRuntime().halt(1);
                            }
                            Runtime.getRuntime().halt(0);
                        },
                        "posel-stop"));
    }
}
