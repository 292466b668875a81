package io.posel.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NextLinkTest {
    private static final URI PAGE = URI.create("https://crm.example/api/events?page=1");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<https://crm.example/api/events?page=2>; rel=\"next\" | https://crm.example/api/events?page=2",
                "<https://CRM.example:443/2>;rel=next | https://CRM.example:443/2",
                "<?page=2>; rel=next | https://crm.example/api/events?page=2",
                "</2>; rel=next | https://crm.example/2",
                "<more>; rel=next | https://crm.example/api/more",
                "</1>; rel=prev, </2>; title=\"a, <b>; rel=x\"; REL=\"start NEXT\" | https://crm.example/2",
                "</a,b;c>; rel=next | https://crm.example/a,b;c",
                "<http://crm.example/2>; rel=next | https://crm.example/2",
                "<https://crm.example/{{env:HOME}}>; rel=next | https://crm.example/%7B%7Benv:HOME%7D%7D",
                "<>; rel=next | https://crm.example/api/events?page=1",
            })
    @DisplayName("C4: the next page is found among links and resolved against the page's address (RFC 8288)")
    void found(String header, String next) {
        assertThat(NextLink.of(header, PAGE)).contains(URI.create(next));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "</2>; rel=prev", "</2>", "</2>; title=\"rel=next\"", "rel=next", "</2>; rel=nextish"})
    @DisplayName("C4: without a link to the next page the list ends")
    void none(String header) {
        assertThat(NextLink.of(header, PAGE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://crm.example:8080/2",
                "https://crm.example:8443/2",
                "https://other.example/2",
                "//other.example/2",
                "https://me@crm.example/2",
                "http://me@crm.example/2",
                "mailto:next",
            })
    @DisplayName("G8: a link to another origin, or to no URL at all, is refused")
    void refused(String target) {
        assertThatThrownBy(() -> NextLink.of("<" + target + ">; rel=next", PAGE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the link to the next page");
    }
}
