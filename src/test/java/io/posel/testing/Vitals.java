package io.posel.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a process of Java holds, as Linux and its JVM say. */
public final class Vitals {
    private final long pid;

    public Vitals(long pid) {
        this.pid = pid;
    }

    /** Their names. */
    public List<String> threads() {
        return jcmd("Thread.print")
                .filter(line -> line.startsWith("\""))
                .map(line -> line.substring(1, line.lastIndexOf('"')))
                .toList();
    }

    /** Open files and sockets. */
    public long files() {
        try (Stream<Path> files = Files.list(proc("fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Client sockets to a port that the process has not closed, whatever the other side did. */
    public long socketsTo(int port) {
        String remote = ":%04X".formatted(port);
        return Stream.concat(lines("net/tcp"), lines("net/tcp6"))
                .map(line -> line.strip().split("\\s+"))
                // what the kernel keeps of a closed socket has no inode
                .filter(fields -> fields[2].endsWith(remote) && !fields[9].equals("0"))
                .count();
    }

    /** TCP ports that it listens on, on whichever address. */
    public Set<Integer> listening() {
        Set<String> own = sockets();
        return Stream.concat(lines("net/tcp"), lines("net/tcp6"))
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields[3].equals("0A") && own.contains("socket:[" + fields[9] + "]"))
                .map(fields -> Integer.valueOf(fields[1].substring(fields[1].lastIndexOf(':') + 1), 16))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> sockets() {
        try (Stream<Path> files = Files.list(proc("fd"))) {
            Set<String> sockets = new TreeSet<>();
            for (Path each : files.toList()) {
                if (Files.isSymbolicLink(each)) {
                    sockets.add(Files.readSymbolicLink(each).toString());
                }
            }
            return sockets;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What of the heap is alive: collects garbage first. */
    public long liveBytes() {
        return jcmd("GC.class_histogram")
                .filter(line -> line.startsWith("Total"))
                .map(line -> Long.valueOf(line.split("\\s+")[2]))
                .findFirst()
                .orElseThrow();
    }

    private Stream<String> jcmd(String word) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process process = new ProcessBuilder(jcmd.toString(), String.valueOf(pid), word)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Stream<String> lines(String file) {
        try {
            return Files.readAllLines(proc(file)).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", String.valueOf(pid), file);
    }
}
