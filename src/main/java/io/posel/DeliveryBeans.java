package io.posel;

import io.posel.delivery.AddressPolicy;
import io.posel.delivery.DeliveryClient;
import io.posel.delivery.DeliveryHeaders;
import io.posel.delivery.DeliveryResolver;
import io.posel.delivery.OutgoingProxy;
import io.posel.delivery.PrivateCas;
import io.posel.delivery.RequestTemplates;
import io.posel.delivery.Signer;
import io.posel.delivery.StandardHeaders;
import io.posel.route.AwaitTurn;
import io.posel.route.LastLook;
import io.posel.route.PrepareAttempt;
import io.posel.route.RecordFailure;
import io.posel.route.RenderRequest;
import io.posel.route.SettleDelivery;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Builds what the delivery routes name, from the address policy to the outcome. */
record DeliveryBeans(Core core, DeliveryResolver resolver, ScheduledExecutorService alarms) {
    private static final int LOOKUPS = 64;
    private static final int SPARE_CONNECTIONS = 64;

    /**
     * Looks names up, and refuses addresses that may not be delivered to.
     *
     * @param port on which Posel listens
     */
    static DeliveryResolver resolver(Settings settings, IntSupplier port) {
        return new DeliveryResolver(
                addressPolicy(settings, port),
                InetAddress::getAllByName,
                Threads.pool("posel-lookup", LOOKUPS, LOOKUPS * 10),
                settings.duration("posel.delivery.connect-timeout"));
    }

    private static AddressPolicy addressPolicy(Settings settings, IntSupplier port) {
        // null for a name that is not known; then nothing can be listened on either
        InetAddress listening = new InetSocketAddress(settings.text("posel.http.host"), 0).getAddress();
        return new AddressPolicy(settings.blocks("posel.delivery.allow"), listening, port);
    }

    static @Nullable OutgoingProxy proxy(Settings settings) {
        String url = settings.text("posel.delivery.proxy");
        try {
            return url.isEmpty() ? null : OutgoingProxy.parse(url);
        } catch (IllegalArgumentException e) {
            throw settings.invalidSecret(
                    "posel.delivery.proxy", "an address such as http://proxy.example.com:3128: " + e.getMessage());
        }
    }

    static @Nullable PrivateCas trust(Settings settings) {
        if (settings.text("posel.delivery.trust-store").isEmpty()) {
            return null;
        }
        try {
            return PrivateCas.read(settings.path("posel.delivery.trust-store"));
        } catch (IOException e) {
            throw settings.invalid("posel.delivery.trust-store", "a file of certificates in PEM: " + e.getMessage());
        }
    }

    void bind(BiConsumer<String, Object> names) {
        Settings settings = core.settings;
        DeliveryClient client = new DeliveryClient(
                new DeliveryClient.Settings(
                        settings.number("posel.delivery.threads", 1, 10_000) + SPARE_CONNECTIONS,
                        settings.duration("posel.delivery.connect-timeout"),
                        settings.duration("posel.delivery.timeout"),
                        Version.TEXT,
                        proxy(settings),
                        trust(settings),
                        settings.flag("posel.delivery.https-only"),
                        settings.duration("posel.connection.max-age")),
                resolver,
                alarms);
        names.accept("deliveryClient", client);
        names.accept("deliveryHeaders", new DeliveryHeaders());
        names.accept(
                "renderRequest", new RenderRequest(core.webhooks, new RequestTemplates(), core.settlement, core.clock));
        names.accept("awaitTurn", new AwaitTurn(core.dispatcher));
        names.accept(
                "prepareAttempt",
                new PrepareAttempt(
                        core.webhooks,
                        new StandardHeaders(core.clock),
                        new Signer(),
                        core.clock,
                        new LastLook(core.ownership::isHeld, core.erasures, core.settlement, core.clock)));
        names.accept(
                "recordFailure",
                new RecordFailure(
                        core.dispatcher,
                        core.settlement,
                        core.webhooks,
                        core.clock,
                        settings.duration("posel.delivery.redelivery-delay"),
                        settings.number("posel.delivery.redelivery-factor", 1, 1_000),
                        settings.duration("posel.delivery.max-delay")));
        names.accept("settleDelivery", new SettleDelivery(core.dispatcher, core.settlement, core.clock));
    }
}
