package io.posel.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A JVM beside this one, whose processor time can be told apart. */
final class ChildProcess implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(400);
    private static final Duration LONGEST_WORK = Duration.ofSeconds(20);

    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    /** @param log standard error, and standard output unless it is read here */
    static ChildProcess java(
            Jvm jvm, Path folder, Path log, boolean talks, Map<String, String> environment, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(jvm.java().toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        if (!talks) {
            builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        }
        builder.environment().putAll(environment);
        return new ChildProcess(builder.start());
    }

    Process process() {
        return process;
    }

    /** Processor time so far, of all its threads. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Until its JIT has nothing left to do, which otherwise lags far behind on two busy cores. */
    void awaitQuiet() {
        long end = System.nanoTime() + LONGEST_WORK.toNanos();
        Duration before;
        do {
            before = cpu();
            LockSupport.parkNanos(LOOK.toNanos());
        } while (cpu().minus(before).compareTo(LOOK.dividedBy(8)) > 0 && System.nanoTime() < end);
    }

    /** SIGTERM, and SIGKILL if that does not help. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(40, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
