package io.posel.delivery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Looks up the addresses to connect to and refuses those that the policy denies. It stands in the HTTP client, so what
 * is checked is what is connected to: a name that changes its address in between gains nothing, and literal addresses
 * in any notation come through here too. One denied address refuses the whole name.
 *
 * <p>Lookups run on threads of their own with a limit by the wall clock; a name is looked up once for all that wait for
 * it, so one hanging name occupies one thread.
 */
public final class DeliveryResolver implements DnsResolver {
    private static final int ANY_PORT = -1;

    private final AddressPolicy policy;
    private final NameService names;
    private final Executor lookups;
    private final Duration timeout;
    private final ConcurrentMap<String, CompletableFuture<InetAddress[]>> running = new ConcurrentHashMap<>();

    /** Where names become addresses; {@code InetAddress::getAllByName} in production. */
    @FunctionalInterface
    public interface NameService {
        InetAddress[] lookup(String host) throws UnknownHostException;
    }

    /**
     * @param lookups bounded in threads and queue; where it rejects, the lookup fails like one without answer
     * @param timeout of one lookup; comes on top of the time in which an exchange is aborted, so keep it below that
     */
    public DeliveryResolver(AddressPolicy policy, NameService names, Executor lookups, Duration timeout) {
        this.policy = policy;
        this.names = names;
        this.lookups = lookups;
        this.timeout = timeout;
    }

    /**
     * Why nothing would be sent there, for the moment in which a URL is saved; empty if it may be, or if the name has
     * no address now: what counts is the check when connecting.
     */
    public Optional<String> refusal(String host, int port) {
        try {
            resolve(host, port);
            return Optional.empty();
        } catch (AddressRefusedException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** The same without asking the name service: about literal addresses only. */
    public Optional<String> literalRefusal(String host, int port) {
        return Cidr.isLiteral(host) ? refusal(host, port) : Optional.empty();
    }

    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        InetAddress[] addresses = lookup(host);
        for (InetAddress address : addresses) {
            Optional<String> refusal = policy.refusal(address, port);
            if (refusal.isPresent()) {
                throw new AddressRefusedException(refusal.get());
            }
        }
        return Arrays.stream(addresses)
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return resolve(host, ANY_PORT).stream()
                .map(InetSocketAddress::getAddress)
                .toArray(InetAddress[]::new);
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** Without asking the policy. */
    InetAddress[] lookup(String name) throws UnknownHostException {
        String host = asciiOf(name);
        if (Cidr.isLiteral(host)) {
            return names.lookup(host);
        }
        CompletableFuture<InetAddress[]> answer = new CompletableFuture<>();
        CompletableFuture<InetAddress[]> asked = running.putIfAbsent(host, answer);
        if (asked == null) {
            start(host, answer);
            asked = answer;
        }
        try {
            return asked.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RejectedExecutionException
                    ? (UnknownHostException) new UnknownHostException(host)
                            .initCause(new NotBegunException("too many names wait for the name service", e))
                    : new UnknownHostException(host);
        } catch (TimeoutException e) {
            throw new LookupFailedException("the name service gave no answer within " + timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (UnknownHostException) new UnknownHostException(host)
                    .initCause(new NotBegunException("Posel interrupted the look-up of its name", e));
        }
    }

    private static String asciiOf(String name) throws UnknownHostException {
        try {
            return Target.ascii(name);
        } catch (IllegalArgumentException e) {
            throw new UnknownHostException(name);
        }
    }

    private void start(String host, CompletableFuture<InetAddress[]> answer) {
        try {
            lookups.execute(() -> {
                try {
                    answer.complete(names.lookup(host));
                } catch (UnknownHostException | RuntimeException e) {
                    answer.completeExceptionally(e);
                } finally {
                    running.remove(host, answer);
                }
            });
        } catch (RejectedExecutionException e) {
            running.remove(host, answer);
            answer.completeExceptionally(e);
        }
    }
}
