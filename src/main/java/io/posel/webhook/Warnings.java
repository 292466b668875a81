package io.posel.webhook;

import io.posel.event.Event;
import io.posel.event.EventType;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What will probably not work the way its author thinks, but is saved all the same. Asks the address check each time,
 * which may resolve names and so may take a while; whoever lists many webhooks should give one that does not.
 */
public final class Warnings {
    private final Function<String, Optional<EventType>> catalogue;
    private final AddressCheck addresses;
    private final boolean httpsOnly;

    /**
     * @param catalogue the entry of an event type, empty for a type it does not know
     * @param httpsOnly whether nothing is sent over plain HTTP (F7)
     */
    public Warnings(Function<String, Optional<EventType>> catalogue, AddressCheck addresses, boolean httpsOnly) {
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
     * The warnings {@code not-https} (F7), {@code host-underscore}, {@code address-not-allowed}, {@code unknown-event-type},
     * {@code unknown-variable} and those of templates; and, for a definition that was saved under other rules, {@code https-required} or the
     * error of a template that cannot work any more.
     */
    public List<FieldError> of(Definition definition) {
        return of(definition, name -> false);
    }

    /** @param alsoKnown variables of an event at hand, beside those of the catalogue */
    public List<FieldError> of(Definition definition, Predicate<String> alsoKnown) {
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
        if (url != null && url.host().indexOf('_') >= 0) {
            warnings.add(FieldError.of(
                    "/url",
                    "host-underscore",
                    "The host name contains an underscore. Services in a container network may have one, public hosts"
                            + " may not: check its spelling."));
        }
        refusedAddress(url).ifPresent(warnings::add);
        List<EventType> known = new ArrayList<>();
        for (int i = 0; i < definition.events().size(); i++) {
            String type = definition.events().get(i);
            Optional<EventType> entry = catalogue.apply(type);
            if (entry.isPresent()) {
                known.add(entry.get());
            } else {
                warnings.add(new FieldError(
                        Members.pointer("events", String.valueOf(i)),
                        "unknown-event-type",
                        Map.of("type", type),
                        "The catalogue has no event type " + type + "; check its spelling."));
            }
        }
        warnings.addAll(parts.warnings(definition, name -> offers(name, known) || alsoKnown.test(name)));
        Map<String, Set<String>> used = new LinkedHashMap<>(parts.variables());
        definition.filter().keySet().forEach(path -> used.put(Members.pointer("filter", path), Set.of(path)));
        used.forEach((pointer, names) ->
                names.forEach(name -> unknownVariable(pointer, name, known).ifPresent(warnings::add)));
        return warnings;
    }

    /** What of the templates will probably not work as meant; asks nothing but the catalogue. */
    List<FieldError> ofTemplates(Definition definition) {
        List<EventType> known = definition.events().stream()
                .flatMap(type -> catalogue.apply(type).stream())
                .toList();
        return CompiledParts.of(definition).warnings(definition, name -> offers(name, known));
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

    private static boolean offers(String name, List<EventType> known) {
        return Event.ATTRIBUTES.contains(name) || known.stream().anyMatch(type -> type.offers(name));
    }

    private static Optional<FieldError> unknownVariable(String pointer, String name, List<EventType> known) {
        List<String> without = known.stream()
                .filter(type -> !type.offers(name))
                .map(EventType::type)
                .toList();
        return without.isEmpty()
                ? Optional.empty()
                : Optional.of(new FieldError(
                        pointer,
                        "unknown-variable",
                        Map.of("name", name, "eventTypes", without),
                        "The variable " + name + " is unknown for " + String.join(", ", without)
                                + "; where an event does not have it, it is empty."));
    }
}
