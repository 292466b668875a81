package io.posel.web;

import java.util.List;

/** What a request shows before anything of it is trusted: its first line, its headers, where it comes from. */
public interface RequestHead {

    String method();

    /** The request target exactly as it was sent, query included, nothing decoded. */
    String target();

    /** The target without its query. */
    default String path() {
        int query = target().indexOf('?');
        return query < 0 ? target() : target().substring(0, query);
    }

    /** What stands behind the question mark, {@code ""} if there is none. */
    default String query() {
        int query = target().indexOf('?');
        return query < 0 ? "" : target().substring(query + 1);
    }

    /** Every value of this header, in order; the name in any case. */
    List<String> header(String name);

    /** As they were sent, one for each header line. */
    List<String> headerNames();

    String remoteAddress();
}
