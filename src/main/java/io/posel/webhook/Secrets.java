package io.posel.webhook;

import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import io.posel.template.TemplateException;
import io.posel.template.UrlTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hides a definition's secrets and puts them back (S9): the password in the URL, query values without a variable, all
 * header values. Each is shown as {@link #MASK}; the mask written back stands for the stored secret, as long as it goes
 * to the same scheme, host and port.
 *
 * <p>Not hidden: a user name, the path, the body, and the constant part of a query value that has a variable too.
 */
public final class Secrets {
    public static final String MASK = "***";

    private Secrets() {}

    /** @param errors one for each mask that stands for nothing; the definition is usable only if there are none */
    record Unmasked(Definition definition, List<FieldError> errors) {}

    /** The definition as it may be shown. Its templates still compile and name the same variables in the URL. */
    public static Definition masked(Definition definition) {
        UrlText url = UrlText.of(definition.url());
        String password = url.password() == null || url.password().isEmpty() ? url.password() : MASK;
        List<UrlText.Parameter> parameters = url.parameters().stream()
                .map(parameter -> parameter.isSecret() ? parameter.withValue(MASK) : parameter)
                .toList();
        Map<String, String> headers = new LinkedHashMap<>(definition.headers());
        headers.replaceAll((name, value) -> MASK);
        return with(definition, url.with(password, parameters).toString(), headers);
    }

    /**
     * The definition with the stored secrets where it has masks. Query values are matched by name and, among the same
     * name, by position; where that is not clear the secret has to be entered again.
     *
     * @throws ProblemException 422 {@code secret-required} for a mask that nothing is stored for, or that would go to
     *     another scheme, host or port
     */
    public static Definition unmasked(Definition incoming, Definition current) {
        Unmasked result = unmask(incoming, current);
        if (result.errors().isEmpty()) {
            return result.definition();
        }
        throw new ProblemException(422, "A secret has to be entered again.", result.errors());
    }

    static Unmasked unmask(Definition incoming, @Nullable Definition current) {
        boolean sameTarget = current != null && sameTarget(incoming.url(), current.url());
        List<FieldError> errors = new ArrayList<>();
        String why = current == null || sameTarget
                ? " Nothing is stored that *** could stand for: enter the value itself."
                : " Scheme, host or port changed, and a secret is not sent to another address unasked: enter it again.";
        Definition stored = sameTarget ? current : null;
        UrlText url = unmask(UrlText.of(incoming.url()), stored == null ? null : UrlText.of(stored.url()), why, errors);
        Map<String, String> headers =
                unmask(incoming.headers(), stored == null ? Map.of() : stored.headers(), why, errors);
        return new Unmasked(with(incoming, url.toString(), headers), errors);
    }

    private static UrlText unmask(UrlText incoming, @Nullable UrlText stored, String why, List<FieldError> errors) {
        String password = incoming.password();
        if (MASK.equals(password)) {
            String secret = stored == null ? null : stored.password();
            if (secret != null && !secret.isEmpty()) {
                password = secret;
            } else {
                errors.add(required("/url", Map.of("part", "password"), "The password is ***." + why));
            }
        }
        List<UrlText.Parameter> parameters = new ArrayList<>(incoming.parameters());
        for (int i = 0; i < parameters.size(); i++) {
            UrlText.Parameter parameter = parameters.get(i);
            if (parameter.value().equals(MASK)) {
                String secret = stored == null ? null : secretFor(i, incoming.parameters(), stored.parameters());
                if (secret == null) {
                    String name = parameter.key().replace("=", "");
                    errors.add(required(
                            "/url",
                            Map.of("part", "query", "name", name),
                            "The query parameter " + name + " is ***." + why));
                } else {
                    parameters.set(i, parameter.withValue(secret));
                }
            }
        }
        return incoming.with(password, parameters);
    }

    private static @Nullable String secretFor(
            int index, List<UrlText.Parameter> incoming, List<UrlText.Parameter> stored) {
        String key = incoming.get(index).key();
        List<UrlText.Parameter> sameName = named(key, stored);
        List<UrlText.Parameter> secrets =
                sameName.stream().filter(UrlText.Parameter::isSecret).toList();
        List<UrlText.Parameter> before = named(key, incoming.subList(0, index));
        if (count(named(key, incoming)) == secrets.size()) {
            return secrets.get(count(before)).value();
        } else if (named(key, incoming).size() == sameName.size()) {
            UrlText.Parameter there = sameName.get(before.size());
            return there.isSecret() ? there.value() : null;
        }
        return null;
    }

    private static List<UrlText.Parameter> named(String key, List<UrlText.Parameter> parameters) {
        return parameters.stream()
                .filter(parameter -> parameter.key().equals(key))
                .toList();
    }

    private static int count(List<UrlText.Parameter> parameters) {
        return (int) parameters.stream()
                .filter(parameter -> parameter.value().equals(MASK))
                .count();
    }

    private static Map<String, String> unmask(
            Map<String, String> incoming, Map<String, String> stored, String why, List<FieldError> errors) {
        Map<String, String> byName = new LinkedHashMap<>();
        stored.forEach((name, value) -> byName.put(name.toLowerCase(Locale.ROOT), value));
        Map<String, String> headers = new LinkedHashMap<>(incoming);
        headers.replaceAll((name, value) -> {
            String pointer = Members.pointer("headers", name);
            String secret = byName.get(name.toLowerCase(Locale.ROOT));
            if (value.strip().equals(MASK) && secret != null) {
                return secret;
            } else if (value.strip().equals(MASK)) {
                errors.add(required(pointer, Map.of("part", "header"), "The header's value is ***." + why));
            } else if (Arrays.asList(value.split("\\s+")).contains(MASK)) {
                errors.add(required(
                        pointer,
                        Map.of("part", "header"),
                        "*** stands for the whole stored value: enter the value itself."));
            }
            return value;
        });
        return headers;
    }

    private static FieldError required(String pointer, Map<String, Object> params, String detail) {
        return new FieldError(pointer, "secret-required", params, detail);
    }

    /** In doubt another one: a secret that has to be entered again is better than one that leaks. */
    private static boolean sameTarget(String one, String other) {
        try {
            UrlTemplate a = UrlTemplate.compile(one);
            UrlTemplate b = UrlTemplate.compile(other);
            return a.scheme().equals(b.scheme()) && a.host().equals(b.host()) && a.port() == b.port();
        } catch (TemplateException e) {
            return false;
        }
    }

    private static Definition with(Definition definition, String url, Map<String, String> headers) {
        return new Definition(
                definition.name(),
                definition.enabled(),
                definition.events(),
                definition.filter(),
                url,
                definition.body(),
                headers,
                definition.ordering(),
                definition.concurrency(),
                definition.rateLimit());
    }
}
