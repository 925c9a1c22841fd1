package io.orangery;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Comparator.comparing;
import static java.util.Map.entry;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rules about the whole program. They live here because only this module sees all the others; the reason of each
 * rule says what to do instead of breaking it.
 */
@AnalyzeClasses(packages = "io.orangery", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    private static final String CORE = "io.orangery.core..";
    private static final String ETCD = "io.orangery.dcs.etcd..";
    private static final String ZOOKEEPER = "io.orangery.dcs.zookeeper..";
    private static final String CTL = "io.orangery.ctl..";
    private static final String FORMATION = "io.orangery.formation..";

    // ---- arrows between the modules

    /** Each module and the ones it may use; {@code src} may use all of them and nobody uses it. */
    private static final Map<String, List<String>> ARROWS = Map.ofEntries(
            entry("core", List.of()),
            entry("protocol", List.of("core")),
            entry("config", List.of("core")),
            entry("dcs", List.of("core")),
            entry("dcs.etcd", List.of("core", "dcs")),
            entry("dcs.zookeeper", List.of("core", "dcs")),
            entry("postgres", List.of("core")),
            entry("actors", List.of("core", "protocol", "dcs", "postgres")),
            entry("http", List.of("core", "protocol")),
            entry("ctl", List.of("core", "protocol", "config", "dcs")),
            entry("simulation", List.of("core", "protocol", "dcs", "postgres", "actors")),
            entry("formation", List.of("core", "config")));

    @ArchTest
    static final ArchRule modulesDependOnEachOtherOnlyAlongTheArrows = alongTheArrows()
            .as("modules depend on each other only as ARROWS in ArchitectureTest allows")
            .because("two modules that must meet share a message in protocol or a port, and src introduces them;"
                    + " a new arrow is a decision that belongs in design.md first");

    @ArchTest
    static final ArchRule packagesFormNoCycle = slices().matching("io.orangery.(**)")
            .should()
            .beFreeOfCycles()
            .because("two packages that need each other are one subject: merge them, or move what both need into"
                    + " a third package that knows neither");

    // ---- who sees which library

    @ArchTest
    static final ArchRule coreKnowsTheLanguageOnly = classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                            CORE, "java.lang..", "java.util..", "java.time..", "java.math..", "java.nio.charset..")
                    .and(not(resideInAnyPackage("java.util.logging..")))
                    .or(equivalentTo(Path.class))) // a name; whoever opens the file is elsewhere
            .because("core decides and touches nothing: hand in what it must know as a field of the view, return what"
                    + " must be done as a value, and let the module that owns the port do it");

    @ArchTest
    static final ArchRule onlyTheEtcdPluginSeesJetcd =
            libraryIsSeenOnlyBy(new String[] {ETCD}, "io.etcd..", "io.grpc..", "io.vertx..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule onlyTheZookeeperPluginAndTheDemoSeeZookeeper =
            libraryIsSeenOnlyBy(new String[] {ZOOKEEPER, FORMATION}, "org.apache.zookeeper..", "org.apache.curator..");

    @ArchTest
    static final ArchRule onlyHttpAndTheWiringSeeAkkaHttp = noClasses()
            .that(describe(
                    "are neither in http nor in the wiring",
                    type -> !Set.of("http", "src").contains(moduleOf(type))))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("akka.http..")
            .because("only http speaks HTTP: put the body into protocol as a record and the route or the client into"
                    + " http; src hands it over");

    @ArchTest
    static final ArchRule onlyActorsAndTheirSurroundingsSeeAkka = noClasses()
            .that()
            .resideInAnyPackage(CORE, "io.orangery.config..", "io.orangery.dcs..", "io.orangery.postgres..", FORMATION)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("akka..", "scala..")
            .because("adapters answer with a CompletionStage or a value; the actor that asks turns it into a message");

    @ArchTest
    static final ArchRule theCommandLineSeesNoAkka = noClasses()
            .that()
            .resideInAPackage(CTL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("akka..", "scala..")
            .allowEmptyShould(true)
            .because("a command lives for a second and must not pay for an actor system: use java.net.http and the"
                    + " DCS port");

    // ---- shape

    @ArchTest
    static final ArchRule actorsAreFinal = classes()
            .that(anActor())
            .should()
            .haveModifier(JavaModifier.FINAL)
            .allowEmptyShould(true)
            .because("an actor is extended by sending it other messages: compose behaviors, do not inherit");

    @ArchTest
    static final ArchRule actorsHavePrivateConstructors = constructors()
            .that()
            .areDeclaredInClassesThat(anActor())
            .should()
            .bePrivate()
            .allowEmptyShould(true)
            .because("create is the only way in: it gathers setup, timers and stash, and returns the Behavior");

    @ArchTest
    static final ArchRule actorsAreMadeByCreate = classes()
            .that(anActor())
            .should(haveStaticMethodNamed("create"))
            .allowEmptyShould(true)
            .because(
                    "whoever spawns an actor looks for X.create(...), which returns a Behavior of its public protocol");

    @ArchTest
    static final ArchRule coreHasNoStaticState = fields().that()
            .areDeclaredInClassesThat()
            .resideInAPackage(CORE)
            .and()
            .areStatic()
            .should()
            .beFinal()
            .allowEmptyShould(true)
            .because("same view, same decision: what changes is a field of the view or of a record that is handed on");

    // ---- the words of the rules

    private static ArchRule alongTheArrows() {
        LayeredArchitecture arrows = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("src")
                .definedBy(describe("src", type -> moduleOf(type).equals("src")))
                .whereLayer("src")
                .mayNotBeAccessedByAnyLayer();
        for (String module : ARROWS.keySet()) {
            arrows = arrows.layer(module)
                    .definedBy(describe(module, type -> moduleOf(type).equals(module)));
        }
        for (var arrow : ARROWS.entrySet()) {
            var from = arrows.whereLayer(arrow.getKey());
            arrows = arrow.getValue().isEmpty()
                    ? from.mayNotAccessAnyLayer()
                    : from.mayOnlyAccessLayers(arrow.getValue().toArray(String[]::new));
        }
        return arrows;
    }

    /** The longest name of {@link #ARROWS} that the package begins with; {@code src} when none does. */
    static String moduleOf(JavaClass type) {
        String name = type.getPackageName() + ".";
        if (!name.startsWith("io.orangery.")) {
            return "none of ours";
        }
        return ARROWS.keySet().stream()
                .filter(module -> name.startsWith("io.orangery." + module + "."))
                .max(comparing(String::length))
                .orElse("src");
    }

    private static ArchRule libraryIsSeenOnlyBy(String[] owners, String... library) {
        return noClasses()
                .that(resideInAnyPackage("io.orangery..").and(not(resideInAnyPackage(owners))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .because("each client library is seen by its own plugin: say what you need in the words of the Dcs"
                        + " port and implement it in every plugin");
    }

    private static DescribedPredicate<JavaClass> anActor() {
        return describe(
                "are actors",
                type -> type.isAssignableTo("akka.actor.typed.javadsl.AbstractBehavior")
                        || type.isAssignableTo("akka.actor.typed.javadsl.AbstractOnMessageBehavior"));
    }

    private static ArchCondition<JavaClass> haveStaticMethodNamed(String name) {
        return new ArchCondition<>("have a static method named " + name) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean found = type.getMethods().stream()
                        .anyMatch(method -> method.getName().equals(name)
                                && method.getModifiers().contains(JavaModifier.STATIC));
                events.add(new SimpleConditionEvent(
                        type, found, type.getName() + (found ? " has" : " has no") + " static method " + name));
            }
        };
    }
}
