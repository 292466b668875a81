package io.posel;

import io.posel.web.PortInUseException;
import java.util.ArrayList;
import java.util.List;

/** Says in one message why Camel did not start. */
final class StartFailure {
    private StartFailure() {}

    static String explain(Throwable failure) {
        List<String> reasons = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PortInUseException || cause instanceof InvalidSettingException) {
                return String.valueOf(cause.getMessage());
            }
            String message = String.valueOf(cause.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
            if (reasons.stream().noneMatch(known -> known.contains(message))) {
                reasons.removeIf(message::contains);
                reasons.add(message);
            }
        }
        return String.join(": ", reasons);
    }
}
