package io.posel.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Endpoint;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;

/**
 * The ceiling: a Camel route with nothing but camel-http, called in a loop by as many threads, sending the same request
 * to the same receiver. A process of its own, which runs what it is told on standard input.
 */
final class BareLoop {
    private final ProducerTemplate producer;
    private final Endpoint route;

    private BareLoop(ProducerTemplate producer, Endpoint route) {
        this.producer = producer;
        this.route = route;
    }

    /** @param args the URL; then on standard input per line: requests, threads */
    public static void main(String[] args) throws Exception {
        Main main = new Main();
        main.configure().withAutoConfigurationLogSummary(false);
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:send").to(args[0] + "?httpMethod=POST&connectionsPerRoute=512&maxTotalConnections=512");
            }
        });
        main.start();
        var context = main.getCamelContext();
        BareLoop loop = new BareLoop(context.createProducerTemplate(), context.getEndpoint("direct:send"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        System.out.println("ready");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            System.out.println("took " + loop.run(Integer.parseInt(words[0]), Integer.parseInt(words[1])));
        }
        main.stop();
    }

    private long run(int requests, int threads) throws IOException, InterruptedException {
        byte[] body = Sample.rendered().getBytes(UTF_8);
        String id = UUID.randomUUID().toString();
        AtomicInteger left = new AtomicInteger(requests);
        AtomicInteger failed = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(threads);
        long start = System.nanoTime();
        for (int i = 0; i < threads; i++) {
            new Thread(() -> {
                        while (left.getAndDecrement() > 0) {
                            if (send(id, body)) {
                                failed.incrementAndGet();
                            }
                        }
                        end.countDown();
                    })
                    .start();
        }
        end.await();
        if (failed.get() > 0) {
            throw new IOException(failed + " requests of the bare loop failed");
        }
        return System.nanoTime() - start;
    }

    private boolean send(String id, byte[] body) {
        return producer.send(route, exchange -> {
                    var message = exchange.getMessage();
                    message.setBody(body);
                    message.setHeader("Content-Type", "application/json");
                    message.setHeader("X-Key", Sample.KEY);
                    message.setHeader("webhook-id", id);
                    message.setHeader("webhook-timestamp", "1795341600");
                    message.setHeader("webhook-attempt", "1");
                    message.setHeader("webhook-event", Sample.TYPE);
                    message.setHeader("webhook-entity", "customer:1234");
                })
                .isFailed();
    }
}
