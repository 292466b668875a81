package io.posel.web;

import io.posel.json.Json;
import io.posel.problem.FieldError;
import io.posel.problem.ProblemException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes refusals as {@code application/problem+json} (RFC 9457), of type {@code about:blank}. */
public final class Problems {
    public static final String MEDIA_TYPE = "application/problem+json";

    private Problems() {}

    /** The body for this refusal, UTF-8. */
    public static byte[] bytes(ProblemException problem) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", "about:blank");
        members.put("title", title(problem.status()));
        members.put("status", problem.status());
        members.put("detail", problem.getMessage());
        members.put("errors", problem.errors().stream().map(Problems::json).toList());
        return Json.of(members).toBytes();
    }

    /** The body for a refusal of the request as a whole, UTF-8. */
    public static byte[] bytes(int status, String code, String detail) {
        return bytes(new ProblemException(status, FieldError.of("", code, detail)));
    }

    private static Json json(FieldError error) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("pointer", error.pointer());
        members.put("code", error.code());
        members.put("params", error.params());
        members.put("detail", error.detail());
        return Json.of(members);
    }

    /** The phrase of the status: RFC 9457 asks for it as the title of {@code about:blank}. */
    static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 406 -> "Not Acceptable";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 410 -> "Gone";
            case 412 -> "Precondition Failed";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 417 -> "Expectation Failed";
            case 421 -> "Misdirected Request";
            case 422 -> "Unprocessable Content";
            case 428 -> "Precondition Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> status < 500 ? "Client Error" : "Server Error";
        };
    }
}
