package io.posel.web;

import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

/** Adds the server to the context before the routes ask for it: {@code main.addMainListener(new HttpServerStart(…))}. */
public final class HttpServerStart extends MainListenerSupport {
    private final PoselHttpServer server;

    public HttpServerStart(PoselHttpServer server) {
        this.server = server;
    }

    @Override
    public void beforeConfigure(BaseMainSupport main) {
        try {
            main.getCamelContext().addService(server);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
