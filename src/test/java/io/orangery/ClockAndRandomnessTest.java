package io.orangery;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/**
 * Time and chance come in from outside, or the simulation cannot repeat a run. Method references count as calls.
 */
@AnalyzeClasses(packages = "io.orangery", importOptions = ImportOption.DoNotIncludeTests.class)
final class ClockAndRandomnessTest {

    @ArchTest
    static final ArchRule onlyTheWrapperReadsTheClock = noClasses()
            .that(describe(
                    "are not SystemTicker, the command line or the demo", ClockAndRandomnessTest::mustBeHandedTheTime))
            .should()
            .accessTargetWhere(describe("a clock is read", ClockAndRandomnessTest::readsClock))
            .because("the simulation owns the time: take a Ticker in the constructor (SystemTicker is the real one)");

    @ArchTest
    static final ArchRule onlyTheWrapperDrawsRandomNumbers = noClasses()
            .that(describe(
                    "are not SystemRandomness, the command line or the demo",
                    ClockAndRandomnessTest::mustBeHandedChance))
            .should()
            .accessTargetWhere(describe("random numbers are drawn", ClockAndRandomnessTest::drawsRandomNumber))
            .because("a run is a seed: take the source of randomness in the constructor (SystemRandomness is the real"
                    + " one); the simulation makes its own from a seed, new Random(seed)");

    private static final Set<String> CLOCK_TYPES = Set.of(
            "java.time.Instant",
            "java.time.LocalDate",
            "java.time.LocalTime",
            "java.time.LocalDateTime",
            "java.time.OffsetDateTime",
            "java.time.OffsetTime",
            "java.time.ZonedDateTime",
            "java.time.Year",
            "java.time.YearMonth");

    private static final Set<String> RANDOM_TYPES =
            Set.of("java.util.Random", "java.util.SplittableRandom", "java.security.SecureRandom");

    /** The last two belong to plugins of the store, which the simulation replaces as a whole: time left for one request. */
    private static final Set<String> CLOCK_WRAPPERS = Set.of("SystemTicker", "MonotonicTicker", "Deadline");

    /** The last one spreads retries of real requests; the simulation replaces it as a whole. */
    private static final Set<String> RANDOM_WRAPPERS = Set.of("SystemRandomness", "EtcdDcs");

    private static boolean mustBeHandedTheTime(JavaClass type) {
        return CLOCK_WRAPPERS.stream().noneMatch(wrapper -> isInside(type, wrapper))
                && !Set.of("ctl", "formation").contains(ArchitectureTest.moduleOf(type));
    }

    private static boolean mustBeHandedChance(JavaClass type) {
        return RANDOM_WRAPPERS.stream().noneMatch(wrapper -> isInside(type, wrapper))
                && !Set.of("ctl", "formation").contains(ArchitectureTest.moduleOf(type));
    }

    private static boolean isInside(JavaClass type, String outermost) {
        return type.getName().matches(".*\\." + outermost + "(\\$.*)?");
    }

    private static boolean readsClock(JavaAccess<?> access) {
        AccessTarget target = access.getTarget();
        String owner = target.getOwner().getName();
        String name = target.getName();
        boolean withoutArguments = parameterCount(target) == 0;
        return switch (owner) {
            case "java.lang.System" -> name.equals("nanoTime") || name.equals("currentTimeMillis");
            case "java.time.Clock", "java.time.InstantSource" -> name.startsWith("system") || name.startsWith("tick");
            case "java.util.Date" -> name.equals("<init>") && withoutArguments;
            case "java.util.Calendar" -> name.equals("getInstance");
            default -> CLOCK_TYPES.contains(owner) && name.equals("now") && takesNoClock(target);
        };
    }

    private static boolean drawsRandomNumber(JavaAccess<?> access) {
        AccessTarget target = access.getTarget();
        String owner = target.getOwner().getName();
        String name = target.getName();
        boolean seededInSimulation = access.getOriginOwner().getPackageName().startsWith("io.orangery.simulation")
                && parameterCount(target) == 1
                && !owner.equals("java.security.SecureRandom");
        return switch (owner) {
            case "java.lang.Math", "java.lang.StrictMath" -> name.equals("random");
            case "java.util.UUID" -> name.equals("randomUUID");
            case "java.util.concurrent.ThreadLocalRandom" -> name.equals("current");
            case "java.util.random.RandomGenerator" -> name.equals("of") || name.equals("getDefault");
            case "java.util.Collections" -> name.equals("shuffle") && parameterCount(target) == 1;
            default -> RANDOM_TYPES.contains(owner) && name.equals("<init>") && !seededInSimulation;
        };
    }

    private static int parameterCount(AccessTarget target) {
        return target instanceof AccessTarget.CodeUnitAccessTarget code
                ? code.getRawParameterTypes().size()
                : 0;
    }

    /** {@code now(zone)} reads the clock as {@code now()} does; {@code now(clock)} is handed one. */
    private static boolean takesNoClock(AccessTarget target) {
        return !(target instanceof AccessTarget.CodeUnitAccessTarget code
                && code.getRawParameterTypes().stream()
                        .anyMatch(type -> type.isAssignableTo("java.time.InstantSource")));
    }
}
