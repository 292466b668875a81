package io.posel.delivery;

import io.posel.template.RenderException;
import io.posel.template.TemplateException;
import io.posel.template.UrlTemplate;
import io.posel.template.UserInfo;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * The operator's HTTP proxy, through which all deliveries go out.
 *
 * @param login as Basic authentication in UTF-8 (RFC 7617), sent with each request; null for none
 */
public record OutgoingProxy(HttpHost host, @Nullable UserInfo login) {

    /**
     * @param url {@code http://host:port} or {@code http://user:password@host:port}, percent-encoded like a webhook's;
     *     the port is 80 if it is left out
     * @throws IllegalArgumentException with a sentence that does not repeat the URL, which may hold a password
     */
    public static OutgoingProxy parse(String url) {
        try {
            UrlTemplate parsed = UrlTemplate.compile(url);
            String rest = parsed.render(name -> null).replaceFirst("^https?://[^/]*", "");
            if (parsed.isHttps() || !rest.equals("/") || !parsed.variables().isEmpty()) {
                throw new IllegalArgumentException("A proxy is http:// with host and port, and nothing behind them.");
            }
            HttpHost host = new HttpHost(parsed.scheme(), parsed.host(), parsed.port());
            return new OutgoingProxy(host, parsed.userInfo().orElse(null));
        } catch (TemplateException | RenderException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Without the login. */
    @Override
    public String toString() {
        return host.toURI();
    }
}
