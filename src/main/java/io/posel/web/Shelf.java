package io.posel.web;

import io.posel.page.Site;
import io.posel.page.SiteFile;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands out the settings page and its files. They are read when the first is asked for, so that no start waits. */
final class Shelf {
    private static final Logger LOG = LoggerFactory.getLogger(Shelf.class);
    private static final String FOR_EVER = "private, max-age=31536000, immutable";

    private final Vertx vertx;
    private final Answers answers;
    private @Nullable CompletionStage<Site> site;

    Shelf(Vertx vertx, Answers answers) {
        this.vertx = vertx;
        this.answers = answers;
    }

    void handFirstPage(HttpServerRequest request, RequestHead head) {
        fetch(request, site -> {
            Answers.securePage(request.response(), Site.POLICY);
            hand(request, head, site.firstPage(Language.of(head).code()));
        });
    }

    void handFile(HttpServerRequest request, RequestHead head) {
        fetch(request, site -> site.file(head.path())
                .ifPresentOrElse(
                        file -> {
                            request.response().putHeader("Cache-Control", FOR_EVER);
                            hand(request, head, file);
                        },
                        () -> answers.refuse(request, Refusals.unknownPath())));
    }

    private void hand(HttpServerRequest request, RequestHead head, SiteFile file) {
        HttpServerResponse response = request.response().putHeader("Vary", "Accept-Encoding");
        boolean gzip = ContentCoding.takesGzip(head);
        if (gzip) {
            response.putHeader("Content-Encoding", "gzip");
        }
        answers.keep(request, file.type(), gzip ? file.compressed() : file.plain());
    }

    private void fetch(HttpServerRequest request, Consumer<Site> then) {
        Context context = vertx.getOrCreateContext();
        Future.fromCompletionStage(site(), context).onSuccess(then::accept).onFailure(failure -> {
            LOG.error("The settings page cannot be read", failure);
            answers.refuse(request, new Verdict.Refusal(500, "internal-error", "the page cannot be read"));
        });
    }

    private synchronized CompletionStage<Site> site() {
        if (site == null) {
            site = vertx.executeBlocking(() -> Site.read(
                            Arrays.stream(Language.values()).map(Language::code).toList()))
                    .toCompletionStage();
        }
        return site;
    }
}
