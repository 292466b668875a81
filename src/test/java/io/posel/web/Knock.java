package io.posel.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A request head for tests: a good one, of which each test changes one thing. */
record Knock(String method, String target, List<Map.Entry<String, String>> headers, String remoteAddress)
        implements RequestHead {

    static Knock at(String method, String target) {
        return new Knock(method, target, List.of(Map.entry("Host", "localhost:8080")), "192.0.2.1");
    }

    Knock with(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Knock(method, target, more, remoteAddress);
    }

    Knock withToken(String token) {
        return with("Authorization", "Bearer " + token);
    }

    Knock without(String name) {
        return new Knock(
                method,
                target,
                headers.stream().filter(h -> !h.getKey().equalsIgnoreCase(name)).toList(),
                remoteAddress);
    }

    Knock from(String address) {
        return new Knock(method, target, headers, address);
    }

    @Override
    public List<String> header(String name) {
        return headers.stream()
                .filter(h -> h.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public List<String> headerNames() {
        return headers.stream().map(Map.Entry::getKey).toList();
    }
}
