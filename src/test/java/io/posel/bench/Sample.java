package io.posel.bench;

/** What all requests of the drain look like: a real template, and the very same request for the bare loop. */
final class Sample {
    static final String TYPE = "customer.credit.changed";

    /** As long as a signature header. */
    static final String KEY = "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=";

    static final String BODY =
            "{\"customer\":{\"id\":\"#customer.id#\",\"email\":\"#customer.email#\",\"credit\":#customer.credit#,"
                    + "\"group\":\"#customer.group.name#\",\"tier\":\"#customer.tier.name#\"},\"change\":#creditChange.value#,"
                    + "\"account\":{\"eshop\":\"#account.eshopId#\"},\"source\":\"posel\",\"constant\":{\"nested\":[1,2,3],"
                    + "\"text\":\"what stands in the template is sent as it is written, which makes up most of a body\"},"
                    + "\"happened\":\"#event.occurredAt#\"}";

    private Sample() {}

    /** The data of an event about one customer; the customer's number may be an SQL expression in the text. */
    static String data(String customer) {
        return "{\"customer\":{\"id\":\"" + customer + "\",\"email\":\"customer" + customer
                + "@example.com\",\"credit\":12.50,"
                + "\"group\":{\"id\":\"3\",\"name\":\"Wholesale\"},\"tier\":{\"id\":\"2\",\"name\":\"Silver\"}},"
                + "\"creditChange\":{\"value\":-3},\"account\":{\"eshopId\":\"7\"}}";
    }

    /** An event for {@code POST /events}. */
    static String event(String id, String customer) {
        return "{\"id\":\"" + id + "\",\"type\":\"" + TYPE + "\",\"entity\":{\"type\":\"customer\",\"id\":\"" + customer
                + "\"},\"data\":" + data(customer) + "}";
    }

    static String webhook(String url, boolean enabled, int concurrency) {
        return "{\"name\":\"Bench\",\"enabled\":" + enabled + ",\"events\":[\"" + TYPE + "\"],\"url\":\"" + url
                + "\",\"body\":\"" + BODY.replace("\"", "\\\"") + "\",\"headers\":{\"X-Key\":\"" + KEY
                + "\"},\"concurrency\":" + concurrency + "}";
    }

    /** As long as what {@link #BODY} becomes. */
    static String rendered() {
        return BODY.replace("#customer.id#", "1234")
                .replace("#customer.email#", "customer1234@example.com")
                .replace("#customer.credit#", "12.50")
                .replace("#customer.group.name#", "Wholesale")
                .replace("#customer.tier.name#", "Silver")
                .replace("#creditChange.value#", "-3")
                .replace("#account.eshopId#", "7")
                .replace("#event.occurredAt#", "");
    }
}
