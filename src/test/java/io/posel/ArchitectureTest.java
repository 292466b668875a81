package io.posel;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.posel.demo.Demo;
import java.sql.SQLException;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The shape of the code. Who breaks a rule for a reason writes the reason here. */
class ArchitectureTest {
    private static final JavaClasses POSEL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.posel");

    private static final String[] PLAIN = {
        "io.posel.json",
        "io.posel.log",
        "io.posel.problem",
        "io.posel.access",
        "io.posel.page",
        "io.posel.template",
        "io.posel.event",
        "io.posel.webhook"
    };
    private static final String[] CAMEL = {"org.apache.camel.."};
    private static final String[] HTTP = {"io.vertx..", "org.apache.hc.."};
    private static final String[] JDBC = {"java.sql..", "javax.sql..", "com.zaxxer..", "org.flywaydb.."};

    @Test
    void dependenciesRunFromRoutesToProcessorsToPlainClassesAndNeverBack() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("start")
                .definedBy("io.posel")
                .layer("demo")
                .definedBy("io.posel.demo")
                .layer("route")
                .definedBy("io.posel.route")
                .layer("store")
                .definedBy("io.posel.store")
                .layer("web")
                .definedBy("io.posel.web")
                .layer("delivery")
                .definedBy("io.posel.delivery")
                .layer("webhook")
                .definedBy("io.posel.webhook")
                .layer("event")
                .definedBy("io.posel.event")
                .layer("source")
                .definedBy("io.posel.source")
                .layer("template")
                .definedBy("io.posel.template")
                .layer("access")
                .definedBy("io.posel.access")
                .layer("page")
                .definedBy("io.posel.page")
                .layer("problem")
                .definedBy("io.posel.problem")
                .layer("json")
                .definedBy("io.posel.json")
                .layer("log")
                .definedBy("io.posel.log")
                .whereLayer("demo")
                .mayOnlyAccessLayers("start", "json")
                .whereLayer("route")
                .mayOnlyAccessLayers(
                        "store",
                        "web",
                        "source",
                        "delivery",
                        "webhook",
                        "event",
                        "template",
                        "access",
                        "problem",
                        "json")
                .whereLayer("source")
                .mayOnlyAccessLayers("event", "json")
                .whereLayer("store")
                .mayOnlyAccessLayers("delivery", "webhook", "event", "template", "access", "problem", "json")
                .whereLayer("web")
                .mayOnlyAccessLayers("page", "access", "problem", "json")
                .whereLayer("delivery")
                .mayOnlyAccessLayers("webhook", "event", "template", "problem", "json")
                .whereLayer("webhook")
                .mayOnlyAccessLayers("event", "template", "problem", "json")
                .whereLayer("event")
                .mayOnlyAccessLayers("template", "problem", "json")
                .whereLayer("template")
                .mayOnlyAccessLayers("json")
                .whereLayer("page")
                .mayNotAccessAnyLayer()
                .whereLayer("access")
                .mayNotAccessAnyLayer()
                .whereLayer("problem")
                .mayNotAccessAnyLayer()
                .whereLayer("json")
                .mayNotAccessAnyLayer()
                .whereLayer("log")
                .mayNotAccessAnyLayer()
                .whereLayer("log")
                .mayNotBeAccessedByAnyLayer()
                .check(POSEL);
    }

    @Test
    void everyPackageHasItsPlaceInThatOrder() {
        assertThat(POSEL.getPackage("io.posel").getSubpackages())
                .extracting(JavaPackage::getRelativeName)
                .containsExactlyInAnyOrder(
                        "demo",
                        "route",
                        "store",
                        "web",
                        "source",
                        "delivery",
                        "webhook",
                        "event",
                        "template",
                        "page",
                        "access",
                        "problem",
                        "log",
                        "json");
    }

    @Test
    void packagesDoNotDependOnEachOtherInCircles() {
        slices().matching("io.posel.(*)..").should().beFreeOfCycles().check(POSEL);
    }

    @Test
    void plainPackagesKnowNeitherCamelNorHttpLibraries() {
        noClasses()
                .that()
                .resideInAnyPackage(PLAIN)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CAMEL)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(HTTP)
                .check(POSEL);
    }

    @Test
    void plainPackagesKnowNoDatabase() {
        noClasses()
                .that()
                .resideInAnyPackage(PLAIN)
                // turns what a row of any database holds into JSON: Blob, Clob, Array
                .and(not(simpleName("SqlValues")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(JDBC)
                .check(POSEL);
    }

    @Test
    void camelIsKnownToAdaptersAlone() {
        noClasses()
                .that(not(inOneOf("io.posel.route", "io.posel.web")))
                .and(not(named(
                        // start
                        "Application",
                        "AdministrationBeans",
                        "RouteLinks",
                        "SettingsFirst",
                        "RouteModel",
                        "RouteSchedules",
                        "StartFailure",
                        // talk camel-http
                        "DeliveryClient",
                        "DeliveryHeaders",
                        "Failure",
                        "RequestMessage")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CAMEL)
                .check(POSEL);
    }

    @Test
    void theStoreAndWhatDecidesAtTheDoorKnowNoFramework() {
        noClasses()
                .that()
                .resideInAPackage("io.posel.store")
                .or(inOneOf("io.posel.web")
                        .and(named(
                                "Door",
                                "Verdict",
                                "RequestHead",
                                "AllowedHosts",
                                "Tokens",
                                "TokenFile",
                                "WrongTokens",
                                "RefusedAccess",
                                "RemoteNetwork",
                                "Buckets",
                                "RateLimits",
                                "SignInDesk",
                                "SessionCookie",
                                "Provenance",
                                "Refusals",
                                "ContentCoding",
                                "Language",
                                "Pages",
                                "Problems",
                                "HealthReport",
                                "HttpSettings")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CAMEL)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(HTTP)
                .check(POSEL);
    }

    @Test
    void deliveriesKnowOfTheDatabaseOnlyThatItCanFail() {
        noClasses()
                .that()
                .resideInAnyPackage("io.posel.delivery", "io.posel.web")
                .should()
                .dependOnClassesThat(JavaClass.Predicates.resideInAnyPackage(JDBC)
                        .and(not(JavaClass.Predicates.type(SQLException.class))))
                .check(POSEL);
    }

    @Test
    void timeComesInThroughTheConstructor() {
        noClasses()
                .that(not(JavaClass.Predicates.type(Posel.class)).and(not(JavaClass.Predicates.type(Demo.class))))
                .should()
                .callCodeUnitWhere(describe("reads the system's clock", ArchitectureTest::readsTheClock))
                .check(POSEL);
    }

    private static boolean readsTheClock(JavaCall<?> call) {
        AccessTarget.CodeUnitCallTarget target = call.getTarget();
        String owner = target.getOwner().getFullName();
        String name = target.getName();
        return owner.equals("java.lang.System") && name.equals("currentTimeMillis")
                || owner.equals(Date.class.getName())
                        && name.equals("<init>")
                        && target.getRawParameterTypes().isEmpty()
                || owner.startsWith("java.time.")
                        && (name.equals("now") || name.startsWith("system"))
                        && !name.equals("systemDefault"); // the time zone
    }

    @Test
    void nothingSleeps() {
        noClasses()
                .should()
                .callCodeUnitWhere(describe(
                        "sleeps",
                        call -> call.getTarget().getName().equals("sleep")
                                && call.getTargetOwner().isAssignableTo(Thread.class)))
                .check(POSEL);
    }

    @Test
    void thereIsOneLoggingApi() {
        // how a line is written is the implementation's matter, for which it loads those of io.posel.log
        noClasses()
                .that()
                .resideOutsideOfPackage("io.posel.log")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.util.logging..", "java.lang.System$Logger", "org.apache.commons.logging..", "ch.qos..")
                .check(POSEL);
    }

    @Test
    void classesAreNamedForWhatTheyDo() {
        classes()
                .should()
                .haveNameNotMatching(".*(Util|Utils|Helper|Helpers|Manager)(\\$.*)?")
                .check(POSEL);
    }

    @Test
    void classesAreNotMadeToBeInherited() {
        DescribedPredicate<JavaClass> concrete = describe(
                "concrete classes with a name",
                each -> !each.isInterface()
                        && !each.isEnum()
                        && !each.isAnonymousClass()
                        && !each.getModifiers().contains(JavaModifier.ABSTRACT)
                        // the body of an enum's constant
                        && each.getRawSuperclass().filter(JavaClass::isEnum).isEmpty()
                        && !each.getSimpleName().equals("package-info"));
        classes().that(concrete).should().haveModifier(JavaModifier.FINAL).check(POSEL);
    }

    @Test
    void thereIsNoStaticState() {
        fields().that().areStatic().should().beFinal().check(POSEL);
    }

    @Test
    void fieldsAreNotInjected() {
        Set<String> injecting =
                Set.of("Inject", "Autowired", "Resource", "Value", "BeanInject", "PropertyInject", "EndpointInject");
        noFields()
                .should()
                .beAnnotatedWith(DescribedPredicate.<JavaAnnotation<?>>describe(
                        "injection",
                        each -> injecting.contains(each.getRawType().getSimpleName())))
                .check(POSEL);
    }

    @Test
    void everyPackageIsNullMarked() {
        List<JavaPackage> packages =
                POSEL.getPackage("io.posel").getSubpackagesInTree().stream().toList();

        assertThat(packages)
                .isNotEmpty()
                .allMatch(each -> each.isAnnotatedWith(NullMarked.class), "has a package-info with @NullMarked");
        assertThat(POSEL.getPackage("io.posel").isAnnotatedWith(NullMarked.class))
                .isTrue();
    }

    private static DescribedPredicate<JavaClass> inOneOf(String... packages) {
        return JavaClass.Predicates.resideInAnyPackage(packages);
    }

    /** Classes of these names, and those inside of them. */
    private static DescribedPredicate<JavaClass> named(String... names) {
        return describe("are named " + String.join(", ", names), each -> List.of(names)
                .contains(outermost(each).getSimpleName()));
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }
}
