package io.posel.log;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** What comes below a line: the exception, of which no line looks like one of the log, whatever its text (G8). */
public final class HarmlessException extends ThrowableProxyConverter {
    @Override
    public String convert(ILoggingEvent event) {
        return HarmlessText.furtherLines(super.convert(event));
    }
}
