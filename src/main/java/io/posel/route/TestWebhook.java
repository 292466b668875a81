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

/**
 * Sends a webhook's request once, now, and shows it with what came of it. Works for a webhook that is off or expired too.
 *
 * <p>Promises: who does it stands in the audit trail before it is sent; nothing of it is stored as a delivery, no queue
 * waits. It is signed as a delivery is. A 2xx ends the failing of the webhook as a delivery's does (F1), anything else is no delivery that died. Not
 * promised: the order with deliveries that are on their way, and that the receiver heeds the header
 * {@code webhook-test}.
 */
public final class TestWebhook {
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
        try {
            OutgoingRequest sent = RequestTemplate.compile(webhook.definition()).render(event.variables());
            OutgoingRequest shown = MaskedRequest.of(webhook.definition(), event.variables());
            begin(exchange);
            audit.record(audit.entry(request.caller(), AuditEntry.Action.WEBHOOK_TESTED)
                    .of(webhook.id(), webhook.version())
                    .about(event.type()));
            Map<String, String> ours = headers.of("test_" + ids.get(), 1, event.type(), event.entity(), false);
            ours.put("webhook-test", "true");
            signer.addTo(ours, webhook.signing(), clock.instant(), sent.body());
            RequestMessage.write(exchange.getMessage(), sent, ours);
            exchange.setProperty(
                    RUNNING, new Running(webhook.id(), LogJson.request(with(shown, ours)), System.nanoTime()));
        } catch (RenderException e) {
            throw example.refusal(422, "", "render", "This event cannot be sent like that: " + e.getMessage());
        } catch (TemplateException e) {
            throw new IllegalStateException("the stored webhook " + webhook.id() + " does not compile", e);
        }
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
            webhooks.testDelivered(test.webhookId());
        }
        Json response = TestAnswer.response(exchange.getMessage(), test.millis());
        JsonAnswer.write(exchange, 200, Json.object("request", test.shown(), "response", response));
    }

    /** It did not. */
    public void answerFailure(Exchange exchange) throws Exception {
        Exception thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        Failure failure = Failure.of(thrown, clock);
        if (failure.kind() == Failure.Kind.INTERNAL) {
            throw thrown;
        }
        Json shown = running(exchange).shown();
        JsonAnswer.write(exchange, 200, Json.object("request", shown, "error", TestAnswer.error(failure)));
    }

    private static Running running(Exchange exchange) {
        return exchange.getProperty(RUNNING, Running.class);
    }
}
