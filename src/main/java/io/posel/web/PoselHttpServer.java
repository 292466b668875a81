package io.posel.web;

import io.netty.channel.ChannelPipeline;
import io.posel.access.Sessions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of the {@code platform-http} routes, with the {@link Door} in front of all of them and bounds on
 * heads, bodies and connections.
 *
 * <p>Listens as soon as it is started, so that a taken port is found out first, but lets requests in only while the
 * context is started; before and after that they are answered 503. Requests that are worked on when the context stops
 * are finished by Camel's own shutdown, which comes before this service's.
 *
 * <p>Not bounded here: a chunked body on an endpoint with {@code useStreaming=true} or {@code useBodyHandler=false}.
 */
public final class PoselHttpServer extends VertxPlatformHttpServer {
    private static final Logger LOG = LoggerFactory.getLogger(PoselHttpServer.class);

    private static final int MAX_HEAD = 16 * 1024;
    private static final int MAX_FIRST_LINE = 8 * 1024;
    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final Duration READINESS = Duration.ofSeconds(3);
    private static final Duration STOP = Duration.ofSeconds(10);

    private final HttpSettings settings;
    private final Door door;
    private final Sessions sessions;
    private final HeaderFilterStrategy headers;
    private final Supplier<HealthReport> liveness;
    private final Supplier<HealthReport> readiness;
    private final Supplier<Optional<String>> closed;
    private final Onlookers onlookers;

    private @Nullable Vertx own;
    private volatile @Nullable HttpServer listening;
    private @Nullable Future<HealthReport> probing;

    /**
     * @param liveness must answer at once; down if this process can no longer recover by itself
     * @param readiness asked on a thread of its own, one call at a time; what it throws, or takes too long, is down
     * @param closed why no request is let in although the context is started, in one sentence for callers
     */
    public PoselHttpServer(
            HttpSettings settings,
            Door door,
            Sessions sessions,
            HeaderFilterStrategy headers,
            Supplier<HealthReport> liveness,
            Supplier<HealthReport> readiness,
            Supplier<Optional<String>> closed,
            Onlookers onlookers) {
        super(configuration(settings));
        this.settings = settings;
        this.door = door;
        this.sessions = sessions;
        this.headers = headers;
        this.liveness = liveness;
        this.readiness = readiness;
        this.closed = closed;
        this.onlookers = onlookers;
    }

    private static VertxPlatformHttpServerConfiguration configuration(HttpSettings settings) {
        VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
        configuration.setBindHost(settings.host());
        configuration.setBindPort(settings.port());
        configuration.setMaxBodySize(settings.bounds().maxBody());
        configuration.setServerType(VertxPlatformHttpRouter.SERVER_TYPE_SERVER);
        configuration.getBodyHandler().setHandleFileUploads(false);
        configuration.getBodyHandler().setMergeFormAttributes(false);
        // or a Content-Length alone reserves memory
        configuration.getBodyHandler().setPreallocateBodyBuffer(false);
        return configuration;
    }

    /** The port that is listened on; with port 0 in the settings it is known once started. */
    public int boundPort() {
        HttpServer server = listening;
        return server == null ? settings.port() : server.actualPort();
    }

    @Override
    public int getPort() {
        return boundPort();
    }

    /** Camel's consumers ask this one for the port, which names the router. */
    @Override
    public @Nullable HttpServer getServer() {
        return listening;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        CamelContext context = getCamelContext();
        context.getCamelContextExtension().registerEndpointCallback(new EdgeEndpoints(headers));
    }

    /** A Vert.x of its own: one from the registry would bring its number of workers. */
    @Override
    protected Vertx lookupVertx() {
        if (own == null) {
            own = Vertx.vertx(new VertxOptions()
                    .setWorkerPoolSize(settings.bounds().workers())
                    .setFileSystemOptions(
                            new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        }
        return own;
    }

    @Override
    protected void startServer() {
        Vertx vertx = getVertx();
        HttpSettings.Bounds bounds = settings.bounds();
        Connections connections = new Connections(vertx, settings.times(), bounds.connections());
        Answers answers = new Answers(vertx, bounds.maxBody(), LINGER, connections);
        connections.watch(answers::tooLate);
        VertxPlatformHttpRouter router = VertxPlatformHttpRouter.lookup(
                getCamelContext(), VertxPlatformHttpRouter.getRouterNameFromPort(settings.port()));
        answers.forErrorsOf(router);
        router.route("/*").order(Integer.MIN_VALUE).handler(new BodyRoom(bounds.bodies(), bounds.maxBody(), answers));
        WorkerExecutor probes = vertx.createSharedWorkerExecutor("posel-readiness", 1);
        Doorkeeper doorkeeper = new Doorkeeper(
                door,
                answers,
                new Reception(vertx, sessions, answers, onlookers.refused()),
                onlookers,
                this::closed,
                liveness,
                () -> probe(probes),
                router);
        HttpServerOptions options = options();
        HttpServer server = vertx.createHttpServer(options)
                .connectionHandler(connection -> {
                    if (connections.opened(connection)) {
                        beStrict(connection, options);
                    }
                })
                .invalidRequestHandler(request -> {
                    if (connections.listens(request.connection())) {
                        doorkeeper.turnAway(request);
                    }
                })
                .requestHandler(request -> {
                    if (connections.requestArrived(request)) {
                        whenWritable(request, doorkeeper);
                    }
                });
        listening = listen(server);
        LOG.info("Listening on {}:{}", settings.host(), boundPort());
    }

    private static void beStrict(HttpConnection connection, HttpServerOptions options) {
        ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
        pipeline.replace(VertxHttpRequestDecoder.class, "httpDecoder", new StrictDecoder(options));
        pipeline.addBefore("handler", "pipelineLimit", new PipelineLimit());
    }

    /** Who does not read answers gets no further ones, or they would pile up here. */
    private static void whenWritable(HttpServerRequest request, Doorkeeper doorkeeper) {
        if (request.response().writeQueueFull()) {
            request.pause();
            request.response().drainHandler(drained -> {
                request.response().drainHandler(null);
                request.resume();
                doorkeeper.handle(request);
            });
        } else {
            doorkeeper.handle(request);
        }
    }

    private Optional<String> closed() {
        return getCamelContext().isStarted() ? closed.get() : Optional.of("the server is starting or stopping");
    }

    private HttpServerOptions options() {
        return new HttpServerOptions()
                .setIdleTimeout((int) settings.times().idle().toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxHeaderSize(MAX_HEAD)
                .setMaxInitialLineLength(MAX_FIRST_LINE)
                .setDecompressionSupported(false)
                .setHttp2ClearTextEnabled(false);
    }

    private HttpServer listen(HttpServer server) {
        try {
            // resolved here, by the system: Vert.x would ask name servers by itself
            String address = InetAddress.getByName(settings.host()).getHostAddress();
            return server.listen(settings.port(), address)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(
                    "the host name " + settings.host() + " is not known; set POSEL_HTTP_HOST", e);
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof BindException
                    && String.valueOf(cause.getMessage()).contains("in use")) {
                throw new PortInUseException(settings.host(), settings.port(), cause);
            }
            throw new IllegalStateException(
                    "cannot listen on " + settings.host() + " port " + settings.port() + " (" + cause.getMessage()
                            + "); set POSEL_HTTP_HOST and POSEL_HTTP_PORT",
                    cause);
        }
    }

    /** Everybody may ask, so all who ask meanwhile get the answer to one question. */
    private synchronized Future<HealthReport> probe(WorkerExecutor probes) {
        if (probing == null || probing.isComplete()) {
            HealthReport.Check started =
                    new HealthReport.Check("started", getCamelContext().isStarted());
            probing = probes.executeBlocking(readiness::get)
                    .timeout(READINESS.toMillis(), TimeUnit.MILLISECONDS)
                    .otherwise(HealthReport.of(new HealthReport.Check("readiness", false)))
                    .map(report -> report.and(started));
        }
        return probing;
    }

    @Override
    protected void stopServer() {
        if (listening != null) {
            await(listening.close());
            listening = null;
        }
    }

    @Override
    protected void stopVertx() {
        if (own != null) {
            await(own.close());
            own = null;
            setVertx(null);
        }
    }

    private static void await(Future<Void> closing) {
        try {
            closing.timeout(STOP.toMillis(), TimeUnit.MILLISECONDS)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            LOG.warn("The HTTP server did not close in order: {}", e.getCause().getMessage());
        }
    }
}
