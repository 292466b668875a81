package io.posel.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.DynamicConverter;

/** The message of a line: one line, whatever data it tells of (G8). */
public final class HarmlessMessage extends DynamicConverter<ILoggingEvent> {
    @Override
    public String convert(ILoggingEvent event) {
        return HarmlessText.oneLine(String.valueOf(event.getFormattedMessage()));
    }
}
