package io.posel.delivery;

import io.posel.template.UserInfo;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.auth.AuthExchange;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;

/**
 * The client for a network that lets nothing out but through a proxy: plain HTTP in the absolute form, HTTPS in a tunnel
 * ({@code CONNECT}), so that the receiver's certificate is checked as ever and the proxy sees nothing of the request.
 *
 * <p>The policy is asked about the target, for every attempt and for all of its addresses, before the proxy is. Not
 * promised: that the proxy then connects to one of these addresses, as it looks the name up again.
 *
 * <p>What the proxy refuses by itself is a {@link ProxyException} and no answer of the receiver: a tunnel that is not
 * opened, also if the proxy calls that a success, and 407. Other answers to a request over plain HTTP cannot be told
 * apart from the receiver's.
 */
final class ProxyClient {
    private static final String PASSED = "posel-proxy-passed";

    private final OutgoingProxy proxy;
    private final DeliveryResolver targets;

    private ProxyClient(OutgoingProxy proxy, DeliveryResolver targets) {
        this.proxy = proxy;
        this.targets = targets;
    }

    static CloseableHttpClient of(
            OutgoingProxy proxy, HttpClientConnectionManager connections, DeliveryResolver targets, String userAgent) {
        ProxyClient client = new ProxyClient(proxy, targets);
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setProxy(proxy.host())
                .setUserAgent(userAgent)
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .disableConnectionState()
                .addExecInterceptorFirst("posel-proxy", client::ask)
                .addExecInterceptorAfter(ChainElement.CONNECT.name(), PASSED, ProxyClient::pass)
                .build();
    }

    private ClassicHttpResponse ask(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        HttpHost target = scope.route.getTargetHost();
        targets.resolve(target.getHostName(), target.getPort());
        HttpClientContext context = scope.clientContext;
        context.removeAttribute(PASSED);
        logIn(context);
        ClassicHttpResponse answer;
        try {
            answer = chain.proceed(request, scope);
        } catch (SSLException e) {
            throw e; // the receiver's certificate
        } catch (IOException | HttpException e) {
            if (Progress.hasBegun(context) && context.getAttribute(PASSED) == null) {
                throw new ProxyException("no connection through the proxy", e);
            }
            throw e;
        }
        if (context.getAttribute(PASSED) == null || answer.getCode() == HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED) {
            answer.close();
            throw new ProxyException("the proxy refused, it answered " + answer.getCode(), null);
        }
        return answer;
    }

    /** The connection stands, to the receiver where there is a tunnel. */
    private static ClassicHttpResponse pass(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        scope.clientContext.setAttribute(PASSED, true);
        return chain.proceed(request, scope);
    }

    /** At once: to be asked first would be a second request for each attempt. */
    private void logIn(HttpClientContext context) {
        UserInfo login = proxy.login();
        if (login != null) {
            BasicScheme basic = new BasicScheme();
            basic.initPreemptive(new UsernamePasswordCredentials(
                    login.user(), login.password().toCharArray()));
            AuthExchange exchange = new AuthExchange();
            exchange.select(basic);
            context.setAuthExchange(proxy.host(), exchange);
        }
    }
}
