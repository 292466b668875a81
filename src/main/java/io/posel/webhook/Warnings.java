package io.posel.webhook;

import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.template.UrlTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What will probably not work the way its author thinks, but is saved all the same. Asks the address check each time,
 * which may resolve names and so may take a while; whoever lists many webhooks should give one that does not.
 */
public final class Warnings {
    private static final Set<String> BUILT_IN =
            Set.of("event.id", "event.type", "event.occurredAt", "entity.type", "entity.id");

    private final Function<String, Optional<Set<String>>> catalogue;
    private final AddressCheck addresses;
    private final boolean httpsOnly;

    /**
     * @param catalogue the variables of an event type, empty for a type it does not know
     * @param httpsOnly whether nothing is sent over plain HTTP (F7)
     */
    public Warnings(Function<String, Optional<Set<String>>> catalogue, AddressCheck addresses, boolean httpsOnly) {
        this.catalogue = catalogue;
        this.addresses = addresses;
        this.httpsOnly = httpsOnly;
    }

    @FunctionalInterface
    public interface AddressCheck {
        /** Why nothing may be delivered there, with the setting that allows it if one can; empty if it may. */
        Optional<String> refusal(String host, int port);
    }

    /**
     * The warnings {@code not-https} (F7), {@code address-not-allowed}, {@code unknown-event-type} and
     * {@code unknown-variable}; and, for a definition that was saved under other rules, {@code https-required} or the
     * error of a template that cannot work any more.
     */
    public List<FieldError> of(Definition definition) {
        CompiledParts parts = CompiledParts.of(definition);
        List<FieldError> warnings = new ArrayList<>(parts.errors());
        UrlTemplate url = parts.url();
        if (url != null && !url.isHttps()) {
            warnings.add(FieldError.of(
                    "/url", "not-https", "Data and keys travel unencrypted; use https:// if the other side can."));
            if (httpsOnly) {
                warnings.add(FieldError.of(
                        "/url", "https-required", "Nothing is sent: only https:// addresses are allowed here."));
            }
        }
        refusedAddress(url).ifPresent(warnings::add);
        Map<String, Set<String>> known = new LinkedHashMap<>();
        for (int i = 0; i < definition.events().size(); i++) {
            String type = definition.events().get(i);
            Optional<Set<String>> variables = catalogue.apply(type);
            if (variables.isPresent()) {
                known.put(type, variables.get());
            } else {
                warnings.add(new FieldError(
                        Members.pointer("events", String.valueOf(i)),
                        "unknown-event-type",
                        Map.of("type", type),
                        "The catalogue has no event type " + type + "; check its spelling."));
            }
        }
        Map<String, Set<String>> used = new LinkedHashMap<>(parts.variables());
        definition.filter().keySet().forEach(path -> used.put(Members.pointer("filter", path), Set.of(path)));
        used.forEach((pointer, names) ->
                names.forEach(name -> unknownVariable(pointer, name, known).ifPresent(warnings::add)));
        return warnings;
    }

    /** @throws ProblemException 422 if the webhook is enabled and its address must not be delivered to */
    public void requireAllowedAddress(Definition definition) {
        if (definition.enabled()) {
            refusedAddress(CompiledParts.of(definition).url()).ifPresent(error -> {
                throw new ProblemException(422, error);
            });
        }
    }

    private Optional<FieldError> refusedAddress(@Nullable UrlTemplate url) {
        if (url == null) {
            return Optional.empty();
        }
        return addresses
                .refusal(url.host(), url.port())
                .map(reason -> new FieldError(
                        "/url",
                        "address-not-allowed",
                        Map.of("host", url.host(), "port", url.port(), "setting", "POSEL_DELIVERY_ALLOW"),
                        reason));
    }

    private static Optional<FieldError> unknownVariable(String pointer, String name, Map<String, Set<String>> known) {
        List<String> without = known.entrySet().stream()
                .filter(type -> !offers(type.getValue(), name))
                .map(Map.Entry::getKey)
                .toList();
        if (without.isEmpty() || BUILT_IN.contains(name)) {
            return Optional.empty();
        }
        return Optional.of(new FieldError(
                pointer,
                "unknown-variable",
                Map.of("name", name, "eventTypes", without),
                "The variable " + name + " is unknown for " + String.join(", ", without)
                        + "; where an event does not have it, it is empty."));
    }

    /** An object is offered with its parts: who offers customer.id offers customer. */
    private static boolean offers(Set<String> variables, String name) {
        return variables.contains(name) || variables.stream().anyMatch(variable -> variable.startsWith(name + "."));
    }
}
