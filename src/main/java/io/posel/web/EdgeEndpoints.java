package io.posel.web;

import org.apache.camel.Endpoint;
import org.apache.camel.spi.EndpointStrategy;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.HeaderFilterStrategyAware;

/** Gives each HTTP endpoint, whoever wrote its route, the header filter, and refuses those that would be a proxy. */
final class EdgeEndpoints implements EndpointStrategy {
    private final HeaderFilterStrategy headers;

    EdgeEndpoints(HeaderFilterStrategy headers) {
        this.headers = headers;
    }

    @Override
    public Endpoint registerEndpoint(String uri, Endpoint endpoint) {
        if (uri.startsWith("platform-http:")) {
            if (uri.matches("platform-http:(//)?proxy.*")) {
                throw new IllegalArgumentException("Camel would make an open proxy of the endpoint " + uri
                        + ": a platform-http path that begins with proxy needs a slash before it");
            }
            ((HeaderFilterStrategyAware) endpoint).setHeaderFilterStrategy(headers);
        }
        return endpoint;
    }
}
