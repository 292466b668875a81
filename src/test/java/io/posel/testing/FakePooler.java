package io.posel.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A connection pooler for PostgreSQL in transaction mode: between two transactions of a client, others use its connection
 * to the server. Clients get those in turn. For clients of one user and without passwords.
 */
public final class FakePooler implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final String target;
    private final int servers;
    private final BlockingQueue<Server> free = new LinkedBlockingQueue<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private byte[] greeting = {};

    /** @param url of the database; {@link #url} is that of the pooler, with the same parameters */
    public FakePooler(String url, int servers) throws IOException {
        this.target = url;
        this.servers = servers;
        Thread accepting = new Thread(this::accept, "pooler");
        accepting.setDaemon(true);
        accepting.start();
    }

    private record Server(DataInputStream in, DataOutputStream out) {}

    private record Message(int type, byte[] body) {
        static Message read(DataInputStream in) throws IOException {
            int type = in.readUnsignedByte();
            return new Message(type, in.readNBytes(in.readInt() - 4));
        }

        void write(DataOutputStream out) throws IOException {
            out.writeByte(type);
            out.writeInt(body.length + 4);
            out.write(body);
        }
    }

    public String url() {
        return target.replaceFirst("//[^/]+/", "//127.0.0.1:" + listener.getLocalPort() + "/");
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                Thread serving = new Thread(() -> serve(client), "pooler-client");
                serving.setDaemon(true);
                serving.start();
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket client) {
        try (client) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            byte[] startup = startup(in, out);
            connect(startup);
            out.write(greeting);
            Server server = null;
            boolean inTransaction = false;
            for (Message message = Message.read(in); message.type != 'X'; message = Message.read(in)) {
                if (server == null) {
                    server = free.take();
                }
                message.write(server.out);
                if (message.type == 'S' || message.type == 'Q') {
                    server.out.flush();
                    inTransaction = answer(server, out) != 'I';
                }
                if (!inTransaction && (message.type == 'S' || message.type == 'Q')) {
                    free.add(server);
                    server = null;
                }
            }
        } catch (IOException e) {
            // the client or the server has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] startup(DataInputStream in, DataOutputStream out) throws IOException {
        byte[] startup = in.readNBytes(in.readInt() - 4);
        while (new DataInputStream(new java.io.ByteArrayInputStream(startup)).readInt() == SSL_REQUEST) {
            out.writeByte('N');
            startup = in.readNBytes(in.readInt() - 4);
        }
        return startup;
    }

    private synchronized void connect(byte[] startup) throws IOException {
        if (greeting.length > 0) {
            return;
        }
        String[] address = target.replaceFirst(".*//([^/]+)/.*", "$1").split(":");
        for (int i = 0; i < servers; i++) {
            Socket socket = new Socket(address[0], Integer.parseInt(address[1]));
            sockets.add(socket);
            Server server = new Server(
                    new DataInputStream(socket.getInputStream()), new DataOutputStream(socket.getOutputStream()));
            server.out.writeInt(startup.length + 4);
            server.out.write(startup);
            server.out.flush();
            ByteArrayOutputStream answered = new ByteArrayOutputStream();
            answer(server, new DataOutputStream(answered));
            greeting = answered.toByteArray();
            free.add(server);
        }
    }

    /** @return the status of the transaction that the server is in */
    private static int answer(Server server, DataOutputStream out) throws IOException {
        Message answer = Message.read(server.in);
        while (answer.type != 'Z') {
            answer.write(out);
            answer = Message.read(server.in);
        }
        answer.write(out);
        out.flush();
        return answer.body[0];
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
