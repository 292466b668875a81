package io.posel;

import io.posel.delivery.DeliveryResolver;
import io.posel.delivery.TestBudget;
import io.posel.event.EventReader;
import io.posel.json.Json;
import io.posel.route.EraseEntity;
import io.posel.route.ManageEventTypes;
import io.posel.route.ManageSetAside;
import io.posel.route.ManageTokens;
import io.posel.route.ManageWebhooks;
import io.posel.route.NewestEvents;
import io.posel.route.PreviewWebhook;
import io.posel.route.ReplayDeliveries;
import io.posel.route.SentRequest;
import io.posel.route.ShowAbout;
import io.posel.route.ShowAudit;
import io.posel.route.ShowDeliveries;
import io.posel.route.ShowOpenApi;
import io.posel.route.ShowStats;
import io.posel.route.ShowWebhookStats;
import io.posel.route.TestWebhook;
import io.posel.store.Catalogue;
import io.posel.store.DeliveryLog;
import io.posel.store.QueueDepths;
import io.posel.store.Replay;
import io.posel.store.SetAsideItems;
import io.posel.store.Webhooks;
import io.posel.webhook.Definitions;
import io.posel.webhook.Expiry;
import io.posel.webhook.Ordering;
import io.posel.webhook.SigningSecret;
import io.posel.webhook.Warnings;
import io.posel.webhook.WebhookJson;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.camel.Processor;

/** Builds what the routes under {@code /api} name. */
record AdministrationBeans(Core core, DeliveryResolver resolver, EventReader reader) {
    private static final int TESTS_AT_ONCE = 4;
    private static final int TESTS_PER_MINUTE = 30;

    void bind(BiConsumer<String, Processor> names) {
        Settings settings = core.settings;
        Catalogue catalogue = core.catalogue;
        Webhooks webhooks = core.webhooks;
        boolean httpsOnly = settings.flag("posel.delivery.https-only");
        Definitions definitions = definitions(settings);
        Warnings warnings = new Warnings(catalogue::find, resolver::refusal, httpsOnly);
        Warnings quickWarnings = new Warnings(catalogue::find, resolver::literalRefusal, httpsOnly);
        DeliveryLog log = new DeliveryLog(core.database.dataSource());

        SecureRandom random = new SecureRandom();
        ManageWebhooks manage = new ManageWebhooks(
                webhooks,
                core.maintenance,
                core.audit,
                definitions,
                warnings,
                quickWarnings,
                new WebhookJson(new Expiry(settings.duration("posel.expire-after")), core.dispatcher::pausedUntil),
                core.clock,
                () -> SigningSecret.random(random));
        names.accept("listWebhooks", manage::list);
        names.accept("createWebhook", manage::create);
        names.accept("showWebhook", manage::show);
        names.accept("replaceWebhook", manage::replace);
        names.accept("patchWebhook", manage::patch);
        names.accept("deleteWebhook", manage::delete);
        names.accept("restoreWebhook", manage::restore);
        names.accept("rotateSecret", manage::rotateSecret);

        ManageEventTypes types = new ManageEventTypes(catalogue, core.audit);
        names.accept("listEventTypes", types::list);
        names.accept("showEventType", types::show);
        names.accept("putEventType", types::put);
        names.accept("deleteEventType", types::delete);

        ManageTokens tokens = new ManageTokens(core.tokens, core.audit, core.clock);
        names.accept("listTokens", tokens::list);
        names.accept("createToken", tokens::create);
        names.accept("deleteToken", tokens::delete);

        ShowDeliveries show = new ShowDeliveries(log, new SentRequest(core.queue, webhooks));
        names.accept("listDeliveries", show::list);
        names.accept("showDelivery", show::show);
        names.accept("listEvents", show::listEvents);
        names.accept(
                "showStats",
                new ShowStats(
                        core.tally,
                        new QueueDepths(core.database.dataSource(), core.queue, core.clock),
                        core.dispatcher::inFlight));
        names.accept("showWebhookStats", new ShowWebhookStats(core.webhookTally));

        ReplayDeliveries replay = new ReplayDeliveries(
                new Replay(core.database.dataSource(), webhooks, core.settlement), log, core.audit);
        names.accept("replayDelivery", replay::one);
        names.accept("replayDeliveries", replay::many);
        names.accept("replayDeadLetters", replay::deadLetters);

        ManageSetAside setAside = new ManageSetAside(
                new SetAsideItems(core.database.dataSource(), core.settlement), core.setAsideReaders, core.audit);
        names.accept("listSetAside", setAside::list);
        names.accept("showSetAside", setAside::show);
        names.accept("discardSetAside", setAside::discard);
        names.accept("prepareSetAsideRetry", setAside::prepareRetry);
        names.accept("answerSetAsideRetry", setAside::finishRetry);

        names.accept("eraseEntity", new EraseEntity(core.erasure, core.audit));

        names.accept("showAudit", new ShowAudit(core.audit));
        names.accept("showAbout", new ShowAbout(Version.TEXT, core.startedAt, core.database, publicSettings(settings)));
        names.accept("showOpenApi", new ShowOpenApi(Version.TEXT));

        NewestEvents newest = new NewestEvents(log, core.queue);
        TestWebhook tests = new TestWebhook(
                webhooks,
                reader,
                catalogue,
                newest,
                core.audit,
                new TestBudget(TESTS_AT_ONCE, TESTS_PER_MINUTE, core.clock),
                () -> UUID.randomUUID().toString(),
                core.clock);
        names.accept("prepareTest", tests::prepare);
        names.accept("answerTest", tests::answer);
        names.accept("answerFailedTest", tests::answerFailure);

        names.accept("previewWebhook", new PreviewWebhook(definitions, reader, catalogue, newest, quickWarnings));
    }

    /** What explains to people what Posel does with their webhooks. */
    private static Json publicSettings(Settings settings) {
        return Json.object(
                "expireAfter", settings.duration("posel.expire-after").toString(),
                "retention", settings.duration("posel.retention").toString(),
                "redeliveries", settings.number("posel.delivery.redeliveries", 0, 100),
                "ordering", ordering(settings).json(),
                "httpsOnly", settings.flag("posel.delivery.https-only"),
                "maxWebhooks", settings.number("posel.max-webhooks", 1, 1_000_000),
                "timeZone", settings.zone("posel.time-zone").getId());
    }

    /** Reads definitions from whatever place. */
    static Definitions definitions(Settings settings) {
        return new Definitions(ordering(settings), settings.flag("posel.delivery.https-only"));
    }

    private static Ordering ordering(Settings settings) {
        return Arrays.stream(Ordering.values())
                .filter(each -> each.json().equals(settings.text("posel.ordering")))
                .findFirst()
                .orElseThrow(() -> settings.invalid("posel.ordering", "entity, entityType or none"));
    }
}
