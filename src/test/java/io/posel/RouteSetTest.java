package io.posel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteSetTest {
    /** What an engineer may put into a jar. */
    static final class Routes extends RouteBuilder {
        @Override
        public void configure() {
            from("direct:test").to("direct:accept-events");
        }
    }

    static final class Step implements Processor {
        @Override
        public void process(Exchange exchange) {
            exchange.getMessage().setBody("");
        }
    }

    static final class Plain {}

    @TempDir
    private Path home;

    private Path lib;

    @BeforeEach
    void createLib() throws IOException {
        lib = Files.createDirectory(home.resolve("lib"));
    }

    @Test
    void aHomeWithoutRoutesUsesTheJarsOwn() throws IOException {
        RouteSet routes = RouteSet.of(home);

        assertThat(routes.builtIn()).isTrue();
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            assertThat(routes.pattern().split(","))
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> "classpath:posel/routes/" + file.getFileName())
                                    .filter(name -> name.endsWith(".camel.yaml"))
                                    .toList());
        }
    }

    @Test
    void theHomesRoutesReplaceTheBuiltInSetAsAWholeEvenIfItIsOneFile() throws IOException {
        Path folder = Files.createDirectory(home.resolve("routes"));
        Path only = Files.createFile(folder.resolve("receive-events.camel.yaml"));
        Files.createFile(folder.resolve("receive-events.camel.yaml.orig"));

        RouteSet routes = RouteSet.of(home);

        assertThat(routes.builtIn()).isFalse();
        assertThat(routes.pattern()).isEqualTo("file:" + folder + "/*.camel.yaml");
        assertThat(routes.files()).containsExactly(only);
    }

    @Test
    void aFileNamedRoutesIsNoRouteSet() throws IOException {
        Files.createFile(home.resolve("routes"));

        assertThat(RouteSet.of(home).builtIn()).isTrue();
    }

    @Test
    void thePackagesOfALibraryThatUseCamelAreFound() throws IOException {
        jar("orders.jar", "com/example/orders/routes/Orders.class", Routes.class);
        jar("steps.jar", "com/example/steps/Step.class", Step.class);

        assertThat(RouteSet.packages(home)).containsExactly("com.example.orders.routes", "com.example.steps");
    }

    @Test
    void packagesThatDoNotUseCamelAreLeftOut() throws IOException {
        jar("driver.jar", "com/example/driver/Plain.class", Plain.class);

        assertThat(RouteSet.packages(home)).isEmpty();
    }

    @Test
    void camelsOwnPackagesAndOtherVersionsOfAClassAreLeftOut() throws IOException {
        jar("camel-ftp.jar", "org/apache/camel/component/ftp/Ftp.class", Routes.class);
        jar("versions.jar", "META-INF/versions/21/com/example/Orders.class", Routes.class);

        assertThat(RouteSet.packages(home)).isEmpty();
    }

    @Test
    void aJarThatIsNoneIsNamed() throws IOException {
        Path broken = Files.writeString(lib.resolve("broken.jar"), "not a jar");

        assertThatThrownBy(() -> RouteSet.packages(home))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(broken + " is not a readable jar: ");
    }

    private void jar(String name, String entry, Class<?> type) throws IOException {
        try (OutputStream out = Files.newOutputStream(lib.resolve(name));
                JarOutputStream jar = new JarOutputStream(out);
                InputStream bytes = type.getResourceAsStream("RouteSetTest$" + type.getSimpleName() + ".class")) {
            jar.putNextEntry(new JarEntry(entry));
            bytes.transferTo(jar);
            jar.closeEntry();
        }
    }
}
