package io.posel.delivery;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * A socket with two things that the JDK's own cannot do: it can be looked at without waiting, so that a connection that
 * the peer has closed is seen before it is used again, and it connects to {@link Candidates}. TLS goes on top of it as on
 * any other.
 */
final class ChannelSocket extends Socket {
    private final Impl impl;

    ChannelSocket(ConnectRace.Results results) throws SocketException {
        this(new Impl(results));
    }

    private ChannelSocket(Impl impl) throws SocketException {
        super(impl);
        this.impl = impl;
    }

    /**
     * From now on a read returns what there is, until {@link #endLook}. The socket is asked once.
     *
     * @param whenNothing what a read does where there is nothing
     */
    void beginLook(WhenNothing whenNothing) {
        impl.looking = whenNothing;
        impl.found = Found.UNKNOWN;
    }

    /** @return whether the peer was seen to have closed the connection */
    boolean endLook() {
        impl.looking = null;
        return impl.found == Found.END;
    }

    /** For whom it reads: an exception costs more than all the rest of a look. */
    enum WhenNothing {
        RETURN_ZERO,
        THROW
    }

    private enum Found {
        UNKNOWN,
        NOTHING,
        SOMETHING,
        END
    }

    private static final class NothingThereException extends SocketTimeoutException {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    @FunctionalInterface
    private interface Opening<T> {
        T open() throws IOException;
    }

    /** Only for a client. */
    private static final class Impl extends SocketImpl {
        private static final Duration NO_LIMIT = Duration.ofDays(1);
        private static final Set<SocketOption<?>> OPTIONS = Set.of(
                StandardSocketOptions.TCP_NODELAY,
                StandardSocketOptions.SO_KEEPALIVE,
                ExtendedSocketOptions.TCP_KEEPIDLE,
                ExtendedSocketOptions.TCP_KEEPINTERVAL,
                ExtendedSocketOptions.TCP_KEEPCOUNT);

        private final ConnectRace.Results results;
        /** Of the channels that will be opened. */
        private final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();

        private volatile int readTimeout;
        private @Nullable WhenNothing looking;
        private Found found = Found.UNKNOWN;
        /** Under this lock: a race that has begun after the end would not hear of it. */
        private boolean closed;

        private @Nullable ConnectRace race;
        private volatile @Nullable SocketChannel channel;

        Impl(ConnectRace.Results results) {
            this.results = results;
        }

        @Override
        protected void create(boolean stream) {
            // channels are opened when it is known how many
        }

        @Override
        protected void connect(SocketAddress to, int timeout) throws IOException {
            try {
                List<InetSocketAddress> addresses =
                        to instanceof Candidates candidates ? candidates.addresses() : List.of((InetSocketAddress) to);
                if (addresses.size() == 1) {
                    connectTo(addresses.get(0), timeout);
                } else {
                    connectToAnyOf(addresses, timeout);
                }
                Socket connected = connected().socket();
                connected.setSoTimeout(readTimeout);
                address = connected.getInetAddress();
                port = connected.getPort();
                localport = connected.getLocalPort();
            } catch (BindException e) {
                throw withoutPort(e, to);
            } catch (SocketException e) {
                throw String.valueOf(e.getMessage()).contains("unreachable") && !(e instanceof ConnectException)
                        ? (ConnectException) new ConnectException(e.getMessage()).initCause(e)
                        : e;
            } catch (ClosedChannelException e) {
                throw ended(e);
            }
        }

        /** With IPv6 it is also what a system without it says, and that does not pass. */
        private static IOException withoutPort(BindException e, SocketAddress to) {
            List<InetSocketAddress> peers =
                    to instanceof Candidates candidates ? candidates.addresses() : List.of((InetSocketAddress) to);
            boolean isOurs = String.valueOf(e.getMessage()).contains("assign requested address")
                    && peers.stream().allMatch(peer -> peer.getAddress() instanceof Inet4Address && peer.getPort() > 0);
            return isOurs
                    ? new NotBegunException("no free port to connect from: too many connections were open lately", e)
                    : e;
        }

        private void connectTo(InetSocketAddress peer, int timeout) throws IOException {
            SocketChannel opened = open();
            synchronized (this) {
                channel = opened;
                if (closed) {
                    opened.close();
                }
            }
            opened.socket().connect(peer, timeout);
        }

        private void connectToAnyOf(List<InetSocketAddress> addresses, int timeout) throws IOException {
            ConnectRace begun = opened(() -> new ConnectRace(addresses, results));
            synchronized (this) {
                race = begun;
                if (closed) {
                    begun.stop();
                }
            }
            SocketChannel winner = begun.run(timeout == 0 ? NO_LIMIT : Duration.ofMillis(timeout), this::open);
            synchronized (this) {
                channel = winner;
                if (closed) {
                    winner.close();
                }
            }
        }

        private SocketChannel open() throws IOException {
            SocketChannel opened = opened(SocketChannel::open);
            for (Map.Entry<SocketOption<?>, Object> option : options.entrySet()) {
                set(opened, option.getKey(), option.getValue());
            }
            return opened;
        }

        /** Files, sockets and what looks at them are counted together, for the whole process. */
        private static <T> T opened(Opening<T> opening) throws NotBegunException {
            try {
                return opening.open();
            } catch (IOException e) {
                throw new NotBegunException("no socket could be opened: " + e.getMessage(), e);
            }
        }

        private static <T> void set(SocketChannel opened, SocketOption<T> option, Object value) throws IOException {
            opened.setOption(option, option.type().cast(value));
        }

        @Override
        protected Set<SocketOption<?>> supportedOptions() {
            return OPTIONS;
        }

        @Override
        protected <T> void setOption(SocketOption<T> option, T value) {
            options.put(option, value);
        }

        private SocketChannel connected() throws SocketException {
            SocketChannel connected = channel;
            if (connected == null) {
                throw new SocketException("not connected");
            }
            return connected;
        }

        @Override
        protected InputStream getInputStream() throws IOException {
            return new In(connected().socket().getInputStream());
        }

        @Override
        protected OutputStream getOutputStream() throws IOException {
            return new Out(connected().socket().getOutputStream());
        }

        @Override
        protected int available() throws IOException {
            return connected().socket().getInputStream().available();
        }

        @Override
        protected void close() throws IOException {
            synchronized (this) {
                closed = true;
                if (race != null) {
                    race.stop();
                }
                if (channel != null) {
                    channel.close();
                }
            }
        }

        @Override
        protected void shutdownInput() throws IOException {
            connected().shutdownInput();
        }

        @Override
        protected void shutdownOutput() throws IOException {
            connected().shutdownOutput();
        }

        @Override
        public void setOption(int id, Object value) throws SocketException {
            switch (id) {
                case SocketOptions.TCP_NODELAY -> options.put(StandardSocketOptions.TCP_NODELAY, value);
                case SocketOptions.SO_KEEPALIVE -> options.put(StandardSocketOptions.SO_KEEPALIVE, value);
                case SocketOptions.SO_TIMEOUT -> setReadTimeout((Integer) value);
                case SocketOptions.SO_LINGER -> setLinger(value instanceof Integer seconds ? seconds : -1);
                default -> {
                    // as the system has it
                }
            }
        }

        private void setReadTimeout(int millis) throws SocketException {
            readTimeout = millis;
            SocketChannel connected = channel;
            if (connected != null) {
                connected.socket().setSoTimeout(millis);
            }
        }

        private void setLinger(int seconds) throws SocketException {
            SocketChannel connected = channel;
            if (connected != null) {
                connected.socket().setSoLinger(seconds >= 0, Math.max(0, seconds));
            }
        }

        @Override
        public Object getOption(int id) throws SocketException {
            return switch (id) {
                case SocketOptions.SO_TIMEOUT -> readTimeout;
                case SocketOptions.SO_LINGER -> connected().socket().getSoLinger();
                case SocketOptions.SO_BINDADDR -> connected().socket().getLocalAddress();
                default -> throw new SocketException("no option " + id);
            };
        }

        @Override
        protected void connect(String host, int toPort) throws IOException {
            connect(new InetSocketAddress(host, toPort), 0);
        }

        @Override
        protected void connect(InetAddress to, int toPort) throws IOException {
            connect(new InetSocketAddress(to, toPort), 0);
        }

        @Override
        protected void bind(InetAddress host, int toPort) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void listen(int backlog) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void accept(SocketImpl socket) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void sendUrgentData(int data) {
            throw new UnsupportedOperationException();
        }

        private int readWithoutWaiting(byte[] bytes, int offset, int length) throws IOException {
            int read = found == Found.NOTHING ? 0 : ask(bytes, offset, length);
            if (read == 0 && looking == WhenNothing.THROW) {
                throw new NothingThereException();
            }
            return read;
        }

        private int ask(byte[] bytes, int offset, int length) throws IOException {
            SocketChannel connected = connected();
            connected.configureBlocking(false);
            try {
                int read = connected.read(ByteBuffer.wrap(bytes, offset, length));
                found = read < 0 ? Found.END : read == 0 ? Found.NOTHING : Found.SOMETHING;
                return read;
            } finally {
                connected.configureBlocking(true);
            }
        }

        /** As the JDK's sockets say it. */
        private static IOException ended(IOException e) {
            if (e instanceof SocketException || e instanceof InterruptedIOException) {
                return e;
            }
            IOException plain = e instanceof ClosedByInterruptException
                    ? new InterruptedIOException("interrupted")
                    : new SocketException(e instanceof ClosedChannelException ? "Socket closed" : e.getMessage());
            plain.initCause(e);
            return plain;
        }

        private final class In extends FilterInputStream {
            In(InputStream in) {
                super(in);
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                try {
                    return looking == null || length == 0
                            ? in.read(bytes, offset, length)
                            : readWithoutWaiting(bytes, offset, length);
                } catch (IOException e) {
                    throw ended(e);
                }
            }

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }
        }

        private static final class Out extends FilterOutputStream {
            Out(OutputStream out) {
                super(out);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    out.write(bytes, offset, length);
                } catch (IOException e) {
                    throw ended(e);
                }
            }

            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }
        }
    }
}
