package io.posel.route;

import io.posel.delivery.Failure;
import io.posel.delivery.OutgoingRequest;
import io.posel.delivery.RequestMessage;
import io.posel.delivery.RequestTemplate;
import io.posel.delivery.Signer;
import io.posel.delivery.StandardHeaders;
import io.posel.delivery.TestBudget;
import io.posel.event.Event;
import io.posel.event.EventReader;
import io.posel.json.Json;
import io.posel.problem.ProblemException;
import io.posel.store.Audit;
import io.posel.store.AuditEntry;
import io.posel.store.Catalogue;
import io.posel.store.NotOwnerException;
import io.posel.store.StoreUnavailableException;
import io.posel.store.Webhooks;
import io.posel.template.RenderException;
import io.posel.template.TemplateException;
import io.posel.webhook.Webhook;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a webhook's request once, now, and shows it with what came of it. Works for a webhook that is off or expired too.
 *
 * <p>Promises: who does it stands in the audit trail before it is sent; nothing of it is stored as a delivery, no queue
 * waits. It is signed as a delivery is. A 2xx ends the failing of the webhook as a delivery's does (F1), anything else is no delivery that died. Not
 * promised: the order with deliveries that are on their way, and that the receiver heeds the header
 * {@code webhook-test}.
 */
public final class TestWebhook {
    private static final Logger LOG = LoggerFactory.getLogger(TestWebhook.class);
    private static final String RUNNING = "test";

    private final Webhooks webhooks;
    private final ExampleEvent example;
    private final Audit audit;
    private final TestBudget budget;
    private final StandardHeaders headers;
    private final Signer signer;
    private final Supplier<String> ids;
    private final InstantSource clock;

    /** The test of one exchange. */
    private record Running(String webhookId, Json shown, long startNanos) {
        long millis() {
            return (System.nanoTime() - startNanos) / 1_000_000;
        }
    }

    /** @param ids gives each test a name of its own */
    public TestWebhook(
            Webhooks webhooks,
            EventReader events,
            Catalogue catalogue,
            NewestEvents newest,
            Audit audit,
            TestBudget budget,
            Supplier<String> ids,
            InstantSource clock) {
        this.webhooks = webhooks;
        this.example = new ExampleEvent(events, catalogue, newest, "Nothing was sent");
        this.audit = audit;
        this.budget = budget;
        this.headers = new StandardHeaders(clock);
        this.signer = new Signer();
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Makes the message the request.
     *
     * @throws ProblemException 404 for an unknown webhook, 422 for an event that cannot be sent, 429 beyond the budget
     */
    public void prepare(Exchange exchange) {
        ApiRequest request = new ApiRequest(exchange);
        Webhook webhook = webhooks.existing(request.path("id"));
        Event event = example.of(request.object(ExampleEvent.MEMBERS)).event();
        OutgoingRequest sent;
        OutgoingRequest shown;
        try {
            sent = RequestTemplate.compile(webhook.definition()).render(event.variables());
            shown = MaskedRequest.of(webhook.definition(), event.variables());
        } catch (RenderException e) {
            throw example.refusal(422, "", "render", "This event cannot be sent like that: " + e.getMessage());
        } catch (TemplateException | RuntimeException | StackOverflowError e) {
            answerError(exchange, Json.Null.NULL, e);
            exchange.setRouteStop(true);
            return;
        }
        begin(exchange);
        audit.record(audit.entry(request.caller(), AuditEntry.Action.WEBHOOK_TESTED)
                .of(webhook.id(), webhook.version())
                .about(event.type()));
        Map<String, String> ours = headers.of("test_" + ids.get(), 1, event.type(), event.entity(), false);
        ours.put("webhook-test", "true");
        signer.addTo(ours, webhook.signing(), clock.instant(), sent.body());
        RequestMessage.write(exchange.getMessage(), sent, ours);
        exchange.setProperty(RUNNING, new Running(webhook.id(), LogJson.request(with(shown, ours)), System.nanoTime()));
    }

    private void begin(Exchange exchange) {
        Duration wait = budget.begin();
        if (!wait.isZero()) {
            throw new ProblemException(
                    429,
                    "too-many-tests",
                    Map.of(
                            AnswerProblem.RETRY_AFTER,
                            Math.max(1, wait.plusMillis(999).toSeconds())),
                    "Nothing was sent: too many tests at once or in a minute. Repeat it later.");
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                budget.over();
            }
        });
    }

    private static OutgoingRequest with(OutgoingRequest request, Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(request.headers());
        all.putAll(more);
        return new OutgoingRequest(request.method(), request.url(), all, request.body());
    }

    /** The receiver answered, whatever it was. */
    public void answer(Exchange exchange) {
        Running test = running(exchange);
        int status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        if (status / 100 == 2) {
            delivered(test);
        }
        Json response = TestAnswer.response(exchange.getMessage(), test.millis());
        JsonAnswer.write(exchange, 200, Json.object("request", test.shown(), "response", response));
    }

    /** It did not. */
    public void answerFailure(Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        answerError(exchange, running(exchange).shown(), thrown);
    }

    private void answerError(Exchange exchange, Json shown, Throwable thrown) {
        Failure failure = Failure.of(thrown, clock);
        if (failure.kind() == Failure.Kind.INTERNAL) {
            LOG.error("A test failed inside Posel", thrown);
        }
        JsonAnswer.write(exchange, 200, Json.object("request", shown, "error", TestAnswer.error(failure)));
    }

    /** What the receiver answered is shown, whether or not the database takes it. */
    private void delivered(Running test) {
        try {
            webhooks.testDelivered(test.webhookId());
        } catch (StoreUnavailableException | NotOwnerException e) {
            LOG.warn(
                    "A test of webhook {} was delivered, which cannot be stored: {}", test.webhookId(), e.getMessage());
        }
    }

    private static Running running(Exchange exchange) {
        return exchange.getProperty(RUNNING, Running.class);
    }
}
