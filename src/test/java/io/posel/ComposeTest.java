package io.posel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** docker-compose.yml, the Dockerfile and .env.example fit each other and the program. There is no engine to run them. */
class ComposeTest {
    private static final String HOME = "/posel";

    private final String compose = read("docker-compose.yml");
    private final String dockerfile = read("src/main/docker/Dockerfile");
    private final Map<?, ?> root = (Map<?, ?>) new Yaml(new SafeConstructor(new LoaderOptions())).load(compose);

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<?, ?> service(String name) {
        return map(map(root.get("services")).get(name));
    }

    private static Map<?, ?> map(Object yaml) {
        assertThat(yaml).isInstanceOf(Map.class);
        return (Map<?, ?>) yaml;
    }

    private static List<String> texts(Object yaml) {
        assertThat(yaml).isInstanceOf(List.class);
        return ((List<?>) yaml).stream().map(String::valueOf).toList();
    }

    private Map<String, String> environment(String service) {
        return map(service(service).get("environment")).entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().toString(), entry -> entry.getValue()
                        .toString()));
    }

    private static Set<String> settings() {
        Path file = Path.of("config/application.properties");
        return PropertiesFile.read(file).entries().keySet().stream()
                .map(Settings::environmentName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> found(String regex, String text) {
        return Pattern.compile(regex, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String only(String regex, String text) {
        assertThat(found(regex, text)).as(regex).hasSize(1);
        return found(regex, text).iterator().next();
    }

    @Test
    void everyVariableIsASetting() {
        List<String> variables = new ArrayList<>(environment("posel").keySet());
        variables.addAll(found("\\$\\{(\\w+)", compose));

        assertThat(variables).isNotEmpty().allMatch(settings()::contains, "is a setting");
        assertThat(found("\\b(POSEL_\\w+)=", dockerfile)).isSubsetOf(union(settings(), "POSEL_HOME"));
    }

    private static Set<String> union(Set<String> set, String more) {
        Set<String> union = new TreeSet<>(set);
        union.add(more);
        return union;
    }

    @Test
    void whatComesFromTheEnvironmentIsExplainedInTheExample() {
        assertThat(found("^(\\w+)=", read(".env.example"))).isEqualTo(found("\\$\\{(\\w+)", compose));
    }

    @Test
    void secretsComeFromTheEnvironmentAlone() {
        for (String service : List.of("posel", "database")) {
            assertThat(environment(service).entrySet())
                    .filteredOn(entry -> entry.getKey().matches(".*(PASSWORD|TOKEN|KEY|KEY_NEW)"))
                    .isNotEmpty()
                    .allMatch(entry -> entry.getValue().matches("\\$\\{POSEL_\\w+:[-?][^}]*}"))
                    .noneMatch(entry -> entry.getValue().matches("\\$\\{POSEL_\\w+:-.+}"));
        }
        assertThat(found("^(\\w*(?:PASSWORD|TOKEN|KEY|KEY_NEW)=.+)$", read(".env.example")))
                .isEmpty();
        assertThat(read(".gitignore").lines()).contains(".env");
    }

    @Test
    void withoutAPasswordOfTheDatabaseNothingStarts() {
        String password = environment("posel").get("POSEL_DB_PASSWORD");

        assertThat(password).startsWith("${POSEL_DB_PASSWORD:?");
        assertThat(environment("database")).containsEntry("POSTGRES_PASSWORD", password);
    }

    @Test
    void poselFindsTheDatabase() {
        Map<String, String> database = environment("database");

        assertThat(environment("posel"))
                .containsEntry("POSEL_DB_URL", "jdbc:postgresql://database:5432/" + database.get("POSTGRES_DB"))
                .containsEntry("POSEL_DB_USER", database.get("POSTGRES_USER"));
    }

    @Test
    void poselWaitsUntilTheDatabaseAnswers() {
        Map<?, ?> database = service("database");

        assertThat(map(map(service("posel").get("depends_on")).get("database")).get("condition"))
                .isEqualTo("service_healthy");
        assertThat(texts(map(database.get("healthcheck")).get("test")))
                .containsExactly(
                        "CMD-SHELL",
                        "pg_isready -U " + environment("database").get("POSTGRES_USER") + " -d "
                                + environment("database").get("POSTGRES_DB"));
        assertThat(database.get("image").toString()).startsWith("postgres:16");
    }

    @Test
    void everyVolumeIsDeclaredAndUsed() {
        Set<String> used = new TreeSet<>();
        for (String service : List.of("posel", "database")) {
            texts(service(service).get("volumes")).stream()
                    .filter(volume -> !volume.startsWith("."))
                    .forEach(volume -> used.add(volume.split(":")[0]));
        }

        assertThat(map(root.get("volumes")).keySet().stream().map(Object::toString))
                .containsExactlyInAnyOrderElementsOf(used);
        assertThat(texts(service("database").get("volumes"))).containsExactly("database:/var/lib/postgresql/data");
    }

    @Test
    void dataAndEditedFilesStandWherePoselLooksForThem() {
        assertThat(dockerfile).contains("POSEL_HOME=" + HOME + " ");
        assertThat(only("^VOLUME (\\S+)$", dockerfile)).isEqualTo(HOME + "/data");
        assertThat(texts(service("posel").get("volumes")))
                .containsExactly(
                        "data:" + HOME + "/data", "./config:" + HOME + "/config:ro", "./routes:" + HOME + "/routes:ro");
    }

    @Test
    void onlyThisMachineReachesPoselAndNobodyTheDatabase() {
        String port = only("^EXPOSE (\\d+)$", dockerfile);

        assertThat(texts(service("posel").get("ports"))).containsExactly("127.0.0.1:" + port + ":" + port);
        assertThat(service("database").get("ports")).isNull();
        assertThat(read("config/application.properties").lines()).contains("posel.http.port=" + port);
    }

    @Test
    void dockerWaitsLongerThanPoselNeedsToStop() {
        Duration grace = Duration.parse("PT" + service("posel").get("stop_grace_period"));

        assertThat(grace).isGreaterThan(Duration.parse(environment("posel").get("POSEL_SHUTDOWN_TIMEOUT")));
    }

    @Test
    void bothComeBackAfterARestartOfTheMachine() {
        assertThat(service("posel").get("restart")).isEqualTo("unless-stopped");
        assertThat(service("database").get("restart")).isEqualTo("unless-stopped");
    }

    @Test
    void theImageHoldsTheJarThatTheBuildMakes() {
        String jar = "target/" + only("<finalName>(.*)</finalName>", read("pom.xml")) + ".jar";

        assertThat(dockerfile).contains("COPY " + jar + " " + HOME + "/posel.jar");
        assertThat(only("^ENTRYPOINT \\[(.*)]$", dockerfile)).endsWith("\"-jar\", \"" + HOME + "/posel.jar\"");
        assertThat(read(".dockerignore").lines()).containsExactly("*", "!" + jar);
        assertThat(map(service("posel").get("build")).get("dockerfile")).isEqualTo("src/main/docker/Dockerfile");
    }

    @Test
    void theImageRunsAsSomeoneWhoIsNotRootOnAJavaThatIsNewEnough() {
        Matcher image = Pattern.compile("^FROM eclipse-temurin:(\\d+)-jre-alpine$", Pattern.MULTILINE)
                .matcher(dockerfile);

        assertThat(image.find()).isTrue();
        assertThat(Integer.parseInt(image.group(1))).isGreaterThanOrEqualTo(17);
        assertThat(only("^USER (\\S+)$", dockerfile)).isEqualTo("10001:10001");
    }

    /** By wget, which the BusyBox of the Alpine image has; there is no curl. */
    @Test
    void theImageAsksPoselItselfWhetherItIsReady() {
        assertThat(dockerfile)
                .contains("HEALTHCHECK ")
                .contains(
                        "wget -q -O /dev/null \"http://127.0.0.1:${POSEL_HTTP_PORT:-8080}/observe/health/ready\" || exit 1");
    }
}
