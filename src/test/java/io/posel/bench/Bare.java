package io.posel.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Talks to {@link BareLoop} in its process. */
final class Bare implements AutoCloseable {
    private final ChildProcess child;
    private final BufferedReader out;
    private final PrintWriter in;

    private Bare(ChildProcess child) {
        this.child = child;
        this.out = new BufferedReader(new InputStreamReader(child.process().getInputStream(), UTF_8));
        this.in = new PrintWriter(child.process().getOutputStream(), true, UTF_8);
    }

    /** Warmed up. */
    static Bare start(Path folder, Jvm jvm, Receiver receiver, int warmUp) throws IOException {
        Bare bare = new Bare(ChildProcess.java(
                jvm,
                folder,
                folder.resolve("bare.log"),
                true,
                Map.of(),
                List.of(
                        "-Xmx512m",
                        "-Dlogback.configurationFile="
                                + Path.of("src/main/resources/logback.xml").toUri(),
                        "-Dposel.log.level=WARN",
                        "-cp",
                        absoluteClassPath(),
                        BareLoop.class.getName(),
                        receiver.url("/hook/1234"))));
        bare.answer("ready");
        for (int i = 0; i < Bench.WARM_UPS; i++) {
            bare.run(warmUp / Bench.WARM_UPS, 64);
            bare.child.awaitQuiet();
        }
        return bare;
    }

    Rate run(int requests, int threads) throws IOException {
        long before = child.cpu().toNanos();
        in.println(requests + " " + threads);
        long nanos = Long.parseLong(answer("took "));
        return new Rate(requests, nanos, child.cpu().toNanos() - before);
    }

    private static String absoluteClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(each -> Path.of(each).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private String answer(String beginning) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length());
            }
        }
        throw new IOException("the bare loop ended, see bare.log");
    }

    @Override
    public void close() {
        child.close();
    }
}
