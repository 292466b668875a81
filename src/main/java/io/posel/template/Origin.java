package io.posel.template;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a URL template leads to, all of it constant.
 *
 * @param port as written, −1 if it is left out
 * @param end where path or query begins in the template
 */
record Origin(String scheme, @Nullable UserInfo userInfo, String host, int port, int end) {

    static Origin parse(String text) throws TemplateException {
        int authority = authority(text);
        int end = authority;
        while (end < text.length() && text.charAt(end) != '/' && text.charAt(end) != '?') {
            end++;
        }
        int at = text.lastIndexOf('@', end - 1);
        int host = at < authority ? authority : at + 1;
        int bracket = text.startsWith("[", host) ? text.indexOf(']', host) : -1;
        int colon = text.indexOf(':', bracket < 0 || bracket >= end ? host : bracket);
        int hostEnd = colon < 0 || colon >= end ? end : colon;
        refuseVariables(text, authority, end, host, hostEnd);
        UserInfo userInfo = at < authority ? null : userInfo(text, authority, at);
        String hostName = host == hostEnd ? null : Host.parse(text.substring(host, hostEnd));
        int port = hostEnd < end ? port(text, hostEnd + 1, end) : -1;
        if ((hostName == null || port == 0) && hostEnd < end && text.indexOf('@', end) >= 0) {
            throw userInfoRefused(text, end, refusedInUserInfo(text.charAt(end)));
        } else if (hostName == null) {
            throw TemplateException.at(text, host, "url-host", noHost(text.substring(host, hostEnd)));
        } else if (port == 0) {
            throw TemplateException.at(
                    text,
                    hostEnd + 1,
                    "url-port",
                    "The port must be a number from 1 to 65535, or be left out with its colon.");
        }
        String scheme = text.substring(0, authority - 3).toLowerCase(Locale.ROOT);
        return new Origin(scheme, userInfo, hostName, port, end);
    }

    private static String noHost(String written) {
        if (written.isEmpty()) {
            return "The host is missing, write it behind ://.";
        } else if (Host.isAscii(written)) {
            return "This is no host; write a name such as example.com or an IP address, without special characters.";
        }
        return "This international host name cannot be converted; write it in its ASCII form, which begins with xn--.";
    }

    /** Where the authority begins. */
    private static int authority(String text) throws TemplateException {
        if (text.regionMatches(true, 0, "https://", 0, 8)) {
            return 8;
        } else if (text.regionMatches(true, 0, "http://", 0, 7)) {
            return 7;
        }
        int hash = text.indexOf('#');
        int colon = text.indexOf("://");
        if (hash == 0 || hash > 0 && hash < colon) {
            throw TemplateException.at(
                    text,
                    hash,
                    "variable-in-scheme",
                    "A URL cannot begin with a variable, write https:// and the host.");
        }
        throw TemplateException.at(text, 0, "url-scheme", "A URL must begin with https:// or http://.");
    }

    private static void refuseVariables(String text, int authority, int end, int host, int hostEnd)
            throws TemplateException {
        int hash = text.indexOf('#', authority);
        if (hash < 0 || hash >= end) {
            return;
        } else if (hash < host) {
            throw TemplateException.at(
                    text,
                    hash,
                    "variable-in-user-info",
                    "User and password cannot hold a variable; a # in a password is written %23.");
        } else if (hash < hostEnd) {
            throw TemplateException.at(
                    text, hash, "variable-in-host", "The host cannot hold a variable, only path and query can.");
        }
        throw TemplateException.at(
                text, hash, "variable-in-port", "The port cannot hold a variable, only path and query can.");
    }

    private static @Nullable UserInfo userInfo(String text, int from, int at) throws TemplateException {
        for (int i = from; i < at; i++) {
            char c = text.charAt(i);
            if (c < 0x80
                    && c != '%'
                    && c != ':'
                    && !PercentEncoding.isUnreserved(c)
                    && !PercentEncoding.isSubDelim(c)) {
                throw userInfoRefused(text, i, refusedInUserInfo(c));
            }
        }
        int colon = text.indexOf(':', from);
        int userEnd = colon < 0 || colon > at ? at : colon;
        String user = PercentEncoding.decode(text.substring(from, userEnd));
        String password = userEnd == at ? "" : PercentEncoding.decode(text.substring(userEnd + 1, at));
        if (user == null || password == null) {
            throw userInfoRefused(text, from, "User and password must be percent-encoded in UTF-8.");
        } else if (user.indexOf(':') >= 0) {
            throw userInfoRefused(text, from, "The user cannot hold a colon, Basic authentication ends it there.");
        } else if ((user + password).chars().anyMatch(Character::isISOControl)) {
            throw userInfoRefused(text, from, "User and password cannot hold control characters.");
        }
        return user.isEmpty() && password.isEmpty() ? null : new UserInfo(user, password);
    }

    private static String refusedInUserInfo(char c) {
        return "User and password cannot contain %s; write it as %%%02X.".formatted(c == ' ' ? "a space" : c, (int) c);
    }

    private static TemplateException userInfoRefused(String text, int index, String message) {
        return TemplateException.at(text, index, "url-user-info", message);
    }

    /** 0 for none. */
    private static int port(String text, int from, int end) {
        int port = 0;
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            port = c >= '0' && c <= '9' && port <= 0xffff ? port * 10 + c - '0' : 0x10000;
        }
        return port <= 0xffff ? port : 0;
    }
}
