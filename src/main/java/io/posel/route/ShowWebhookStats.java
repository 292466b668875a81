package io.posel.route;

import io.posel.delivery.WebhookTally;
import io.posel.json.Json;
import java.util.Arrays;
import java.util.LinkedHashSet;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** What became of the deliveries of each webhook, by hour, from memory: {@code GET /api/stats/webhooks}. */
public final class ShowWebhookStats implements Processor {
    private static final int MOST = 1_000;

    private final WebhookTally tally;

    public ShowWebhookStats(WebhookTally tally) {
        this.tally = tally;
    }

    @Override
    public void process(Exchange exchange) {
        String webhooks = new ApiRequest(exchange, "webhook").parameter("webhook");
        WebhookTally.Report report = webhooks == null
                ? tally.busiest(MOST)
                : tally.of(new LinkedHashSet<>(Arrays.asList(webhooks.split(","))));
        JsonAnswer.write(
                exchange,
                200,
                Json.object(
                        "since",
                        report.since(),
                        "hours",
                        report.hours(),
                        "items",
                        report.webhooks().stream().map(ShowWebhookStats::json).toList(),
                        "more",
                        report.more()));
    }

    private static Json json(WebhookTally.Day day) {
        return Json.object(
                "webhookId", day.webhookId(),
                "delivered", day.delivered(),
                "dead", day.dead());
    }
}
