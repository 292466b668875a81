package io.posel.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.JoranException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Keeps what Posel logs from INFO on, as the shipped {@code logback.xml} writes it, in the place of the console. */
public final class ProductionLog implements AutoCloseable {
    private final Logger posel = (Logger) LoggerFactory.getLogger("io.posel");
    private final Logger deliveries = (Logger) LoggerFactory.getLogger("io.posel.delivery");
    private final Level before = posel.getLevel();
    private final Level beforeOfDeliveries = deliveries.getLevel();
    private final List<String> written = new CopyOnWriteArrayList<>();
    private final LoggerContext shipped = new LoggerContext();
    private final AppenderBase<ILoggingEvent> keeper;

    private ProductionLog() throws JoranException {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(shipped);
        configurator.doConfigure(Path.of("src/main/resources/logback.xml").toFile());
        Encoder<ILoggingEvent> encoder = ((OutputStreamAppender<ILoggingEvent>)
                        shipped.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("console"))
                .getEncoder();
        keeper = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                written.add(new String(encoder.encode(event), UTF_8));
            }
        };
        keeper.setContext(posel.getLoggerContext());
        keeper.start();
        posel.setLevel(Level.INFO);
        deliveries.setLevel(Level.INFO);
        posel.setAdditive(false);
        posel.addAppender(keeper);
    }

    public static ProductionLog open() throws JoranException {
        return new ProductionLog();
    }

    /** One text for each event, with its line breaks. */
    public List<String> written() {
        return List.copyOf(written);
    }

    @Override
    public void close() {
        posel.detachAppender(keeper);
        posel.setAdditive(true);
        posel.setLevel(before);
        deliveries.setLevel(beforeOfDeliveries);
        shipped.stop();
    }
}
