package io.posel.demo;

import io.posel.Application;
import io.posel.Settings;
import io.posel.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The main job on real input: Posel on the embedded database in a temporary folder, a small receiver, sample webhooks,
 * and customers whose credit changes until Ctrl-C.
 */
public final class Demo implements AutoCloseable {
    private record Customer(String id, String name, String email, int group, String groupName) {}

    private static final List<Customer> CUSTOMERS = List.of(
            new Customer("42", "Anna Nováková", "anna@example.com", 3, "Gold"),
            new Customer("77", "Bořivoj Žluťoučký", "borivoj+shop@example.com", 1, "New"),
            new Customer("108", "Clara \"CJ\" Jones", "clara@example.com", 3, "Gold"));

    private final Terminal terminal;
    private final Path folder;
    private final DemoReceiver receiver;
    private final Application application;
    private final DemoClient client;
    private final Set<String> shown = new HashSet<>();
    private volatile boolean closing;

    /** Starts all parts; the log says only what goes wrong. */
    public Demo() {
        this.terminal = Terminal.ofSystem();
        try {
            this.folder = Files.createTempDirectory("posel-demo-");
            this.receiver = new DemoReceiver(terminal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        Settings settings = Settings.load(folder, Map.of())
                .with("posel.http.port", String.valueOf(port()))
                .with("posel.admin-token", token)
                .with("posel.login-link", "never") // it shows one itself
                .with("posel.delivery.allow", "127.0.0.0/8")
                .with("posel.delivery.redelivery-delay", "PT1S")
                .with("posel.delivery.redelivery-factor", "2");
        this.application = new Application(settings, Clock.systemUTC());
        application.start();
        String posel = "http://127.0.0.1:" + application.port();
        this.client = new DemoClient(posel, token);
        introduce(posel, token);
    }

    private static int port() {
        try (ServerSocket socket = new ServerSocket(8080, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            return 0;
        }
    }

    private void introduce(String posel, String token) {
        terminal.line(Terminal.Colour.BOLD, "Posel demo. Everything below really happens; Ctrl-C ends it.");
        terminal.line("  Posel      " + posel + "  (embedded database in " + folder + ")");
        terminal.line("  page       " + application.loginLink() + "  (works once, within 10 minutes)");
        terminal.line("  token      " + token);
        terminal.line("  receiver   http://" + receiver.address());
        terminal.line("");
    }

    /** Defines the webhooks, then sends events until it is closed. */
    public void run() throws IOException, InterruptedException {
        try {
            play();
        } catch (IOException e) {
            if (!closing) {
                throw e;
            }
        }
    }

    private void play() throws IOException, InterruptedException {
        terminal.line(Terminal.Colour.BOLD, "Webhooks, all on customer.credit.changed:");
        define(
                "CRM",
                "http://" + receiver.address() + "/crm/credits",
                "{\"customer\": \"#customer.id#\", \"mail\": \"#customer.email#\", \"credit\": #customer.credit#,"
                        + " \"change\": #creditChange.value#, \"group\": \"#customer.group.name#\"}");
        define(
                "Loyalty",
                "http://" + receiver.address()
                        + "/loyalty/#customer.id#?email=#customer.email#&credit=#customer.credit#",
                null);
        define(
                "Accounting",
                "http://posel:s3cret@" + receiver.address() + "/accounting",
                "{\"entity\": \"#entity.id#\", \"amount\": #creditChange.value#}");
        define("Broken", "http://" + receiver.address() + "/broken?customer=#customer.id#", null);
        terminal.line("");
        for (int round = 1; !closing; round++) {
            change(CUSTOMERS.get((round - 1) % CUSTOMERS.size()), round);
            for (int i = 0; i < 8; i++) {
                synchronized (this) {
                    wait(500);
                }
                showDeadLetters();
            }
        }
    }

    private void define(String name, String url, @Nullable String body) throws IOException, InterruptedException {
        client.post(
                "/api/webhooks",
                Json.object("name", name, "events", List.of("customer.credit.changed"), "url", url, "body", body));
        terminal.line("  " + (name + "          ").substring(0, 12) + (body == null ? "GET  " : "POST ")
                + url.replace("posel:s3cret@", "posel:***@") + (body == null ? "" : "  " + body));
    }

    private void change(Customer customer, int round) throws IOException, InterruptedException {
        int change = round % 2 == 0 ? 20 : -3;
        String credit = (100 + round) + ".50";
        terminal.line(
                Terminal.Colour.CYAN,
                "event  customer.credit.changed  customer:" + customer.id + "  " + customer.name + "  credit " + credit
                        + " (" + change + ")");
        client.post(
                "/events",
                Json.object(
                        "id",
                        "demo-" + round,
                        "type",
                        "customer.credit.changed",
                        "entity",
                        Json.object("type", "customer", "id", customer.id),
                        "data",
                        Json.object(
                                "customer",
                                Json.object(
                                        "id",
                                        customer.id,
                                        "name",
                                        customer.name,
                                        "email",
                                        customer.email,
                                        "credit",
                                        new Json.Num(credit),
                                        "group",
                                        Json.object("id", customer.group, "name", customer.groupName)),
                                "creditChange",
                                Json.object("value", change),
                                "account",
                                Json.object("eshopId", "7"))));
    }

    private void showDeadLetters() throws IOException, InterruptedException {
        Json answer = client.get("/api/deliveries?state=dead");
        if (answer instanceof Json.Obj page && page.get("items") instanceof Json.Arr items) {
            for (Json item : items.items()) {
                Json.Obj delivery = (Json.Obj) item;
                Json.Str id = (Json.Str) delivery.get("id");
                if (id != null && shown.add(id.value()) && delivery.get("attempts") instanceof Json.Arr attempts) {
                    terminal.line(
                            Terminal.Colour.RED,
                            "  dead letter  after " + attempts.items().size()
                                    + " requests, kept for replay: POST /api/deliveries/" + id.value() + "/replay");
                }
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        application.close();
        receiver.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            terminal.line("The folder " + folder + " could not be deleted: " + e.getMessage());
        }
    }
}
