package io.posel.webhook;

import io.posel.problem.FieldError;
import io.posel.template.BodyTemplate;
import io.posel.template.HeaderTemplate;
import io.posel.template.TemplateException;
import io.posel.template.TemplateWarning;
import io.posel.template.TemplateWarnings;
import io.posel.template.UrlTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A definition's templates, compiled side by side so that every error is seen at once.
 *
 * @param url null if there is none or it does not compile
 * @param variables what is named, by JSON pointer
 * @param errors one for each template that cannot work, with line and column
 */
record CompiledParts(@Nullable UrlTemplate url, Map<String, Set<String>> variables, List<FieldError> errors) {

    static CompiledParts of(Definition definition) {
        return of(definition.url(), definition.body(), definition.headers());
    }

    static CompiledParts of(@Nullable String url, @Nullable String body, Map<String, String> headers) {
        Map<String, Set<String>> variables = new LinkedHashMap<>();
        List<FieldError> errors = new ArrayList<>();
        UrlTemplate target = null;
        if (url != null) {
            try {
                target = UrlTemplate.compile(url);
                variables.put("/url", target.variables());
            } catch (TemplateException e) {
                errors.add(error("/url", e));
            }
        }
        if (body != null && !BodyTemplate.isBlank(body)) {
            try {
                variables.put("/body", BodyTemplate.compile(body).variables());
            } catch (TemplateException e) {
                errors.add(error("/body", e));
            }
        }
        headers.forEach((name, value) -> {
            String pointer = Members.pointer("headers", name);
            try {
                variables.put(pointer, HeaderTemplate.compile(name, value).variables());
            } catch (TemplateException e) {
                errors.add(error(pointer, e));
            }
        });
        return new CompiledParts(target, variables, errors);
    }

    /**
     * What is doubtful in those that compiled.
     *
     * @param known whether there is a variable of this name, as far as anybody can tell
     */
    List<FieldError> warnings(Definition definition, Predicate<String> known) {
        TemplateWarnings warnings = new TemplateWarnings(known);
        Map<String, List<TemplateWarning>> found = new LinkedHashMap<>();
        String body = definition.body();
        try {
            if (url != null) {
                found.put("/url", warnings.ofUrl(definition.url()));
            }
            if (body != null && variables.containsKey("/body")) {
                found.put("/body", warnings.ofBody(body));
            }
        } catch (TemplateException e) {
            throw new IllegalStateException("what has compiled does not compile", e);
        }
        definition.headers().forEach((name, value) -> {
            String pointer = Members.pointer("headers", name);
            if (variables.containsKey(pointer)) {
                found.put(pointer, warnings.ofHeader(value));
            }
        });
        definition
                .filter()
                .keySet()
                .forEach(path -> found.put(
                        Members.pointer("filter", path),
                        warnings.ofName(path).stream().toList()));
        List<FieldError> all = new ArrayList<>();
        found.forEach((pointer, ofPart) -> ofPart.forEach(each -> all.add(warning(pointer, each))));
        return all;
    }

    private static FieldError warning(String pointer, TemplateWarning warning) {
        return new FieldError(pointer, warning.code(), warning.params(), warning.message());
    }

    private static FieldError error(String pointer, TemplateException e) {
        Map<String, Object> params = new LinkedHashMap<>(Map.of("line", e.line(), "column", e.column()));
        if (!e.character().isEmpty()) {
            params.put("character", e.character());
        }
        return new FieldError(pointer, e.code(), params, String.valueOf(e.getMessage()));
    }
}
