package io.posel.web;

import io.posel.access.Sessions;
import io.posel.json.Json;
import io.posel.problem.ProblemException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what has to do with signing in, before any route, so that no change of the routes can break it. Writes no cookie
 * and no link to the log.
 */
final class Reception {
    private static final Logger LOG = LoggerFactory.getLogger(Reception.class);
    private static final byte[] NOTHING = {};

    private final Vertx vertx;
    private final Sessions sessions;
    private final Answers answers;
    private final Shelf shelf;
    private final RefusedAccess refused;

    Reception(Vertx vertx, Sessions sessions, Answers answers, RefusedAccess refused) {
        this.refused = refused;
        this.vertx = vertx;
        this.sessions = sessions;
        this.answers = answers;
        this.shelf = new Shelf(vertx, answers);
    }

    void serve(HttpServerRequest request, RequestHead head, Verdict.Desk verdict) {
        Language language = Language.of(head);
        if (verdict instanceof Verdict.LoginPage login) {
            showPage(request, 200, login.withLink() ? Pages.login(language) : Pages.noLink(language));
        } else if (verdict instanceof Verdict.Home) {
            shelf.handFirstPage(request, head);
        } else if (verdict instanceof Verdict.PageFile) {
            shelf.handFile(request, head);
        } else if (verdict instanceof Verdict.WhoIsIt known) {
            answers.keep(request, "application/json", json(known).toBytes());
        } else if (verdict instanceof Verdict.SignIn signIn) {
            SessionCookie cookie = SessionCookie.of(signIn.tls());
            onThisThread(sessions.signIn(signIn.ticket(), signIn.former()))
                    .onSuccess(value -> redirect(request, cookie.set(value), "/"))
                    .onFailure(failure -> refuse(request, head, refusal(failure)));
        } else if (verdict instanceof Verdict.SignOut signOut) {
            SessionCookie cookie = SessionCookie.of(signOut.tls());
            onThisThread(sessions.signOut(signOut.session()))
                    .onSuccess(done -> redirect(request, cookie.clear(), "/login"))
                    .onFailure(failure -> refuse(request, head, refusal(failure)));
        }
    }

    /** The store answers on a thread of its own. */
    private <T> Future<T> onThisThread(CompletionStage<T> stage) {
        Context context = vertx.getOrCreateContext();
        return Future.fromCompletionStage(stage, context);
    }

    private static Json json(Verdict.WhoIsIt known) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", known.caller().name());
        members.put("role", known.caller().role().code());
        members.put("expiresAt", known.expiresAt());
        return Json.of(members);
    }

    private void redirect(HttpServerRequest request, String cookie, String location) {
        request.response().putHeader("Set-Cookie", cookie).putHeader("Location", location);
        answers.close(request, 303, "text/plain", NOTHING);
    }

    private static Verdict.Refusal refusal(Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        if (cause instanceof ProblemException problem) {
            return new Verdict.Refusal(
                    problem.status(), problem.errors().get(0).code(), String.valueOf(problem.getMessage()));
        }
        LOG.warn("Signing in or out did not succeed for sure: {}", cause.toString());
        return new Verdict.Refusal(
                503,
                "outcome-unknown",
                "the store does not answer; look whether it was done before you repeat it",
                Map.of("Retry-After", "5"));
    }

    /** As a page where people read it. */
    void refuse(HttpServerRequest request, RequestHead head, Verdict.Refusal refusal) {
        refused.count(head.remoteAddress(), refusal);
        if (!Pages.isWanted(head)) {
            answers.refuse(request, refusal);
            return;
        }
        refusal.headers().forEach(request.response()::putHeader);
        showPage(request, refusal.status(), Pages.refusal(Language.of(head), refusal.code(), refusal.detail()));
    }

    private void showPage(HttpServerRequest request, int status, byte[] page) {
        Answers.securePage(request.response(), Pages.POLICY);
        answers.close(request, status, Pages.MEDIA_TYPE, page);
    }
}
