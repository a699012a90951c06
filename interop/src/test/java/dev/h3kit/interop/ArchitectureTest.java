package dev.h3kit.interop;

import static com.tngtech.archunit.base.DescribedPredicate.doNot;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The floors of docs/architecture.md §1: who may know whom. */
class ArchitectureTest {
  private static final String QPACK = "dev.h3kit.qpack..";
  private static final String CORE = "dev.h3kit.core..";
  private static final String TRANSPORT = "dev.h3kit.core.transport..";
  private static final String FLUPKE = "dev.h3kit.core.flupke..";
  private static final String CLIENT = "dev.h3kit.client..";
  private static final String SERVER = "dev.h3kit.server..";
  private static final String CLI = "dev.h3kit.cli..";
  private static final String[] KWIK = {"tech.kwik.core..", "tech.kwik.agent15.."};

  private static JavaClasses house = new ClassFileImporter().importClasses();

  @BeforeAll
  static void readClasses() {
    house =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.h3kit");
    for (String floor : List.of(QPACK, CORE, TRANSPORT, CLIENT, SERVER, CLI)) {
      assertTrue(
          house.stream().anyMatch(resideInAPackage(floor)),
          "no class of " + floor + " on the class path");
    }
  }

  @Test
  void qpackKnowsNothingButTheJdkAndJspecify() {
    classes()
        .that()
        .resideInAPackage(QPACK)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(QPACK, "java..", "org.jspecify..")
        .check(house);
  }

  @Test
  void arrowsPointDown() {
    noDependency(CORE, CLIENT, SERVER, CLI);
    noDependency(CLIENT, SERVER, CLI);
    noDependency(SERVER, CLIENT, CLI);
  }

  @Test
  void onlyTheTransportKnowsKwik() {
    noClasses()
        .that()
        // flupke's interfaces name a few types of kwik, so who implements them does too.
        .resideOutsideOfPackages(TRANSPORT, FLUPKE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(KWIK)
        .check(house);
  }

  @Test
  void onlyItsAdapterKnowsFlupke() {
    noClasses()
        .that()
        .resideOutsideOfPackage(FLUPKE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("tech.kwik.flupke..", FLUPKE)
        .check(house);
  }

  @Test
  void noKwikTypeStandsInAPublicSignature() {
    methods()
        .that()
        .arePublic()
        .or()
        .areProtected()
        .should(
            new ArchCondition<JavaMethod>(
                "have no kwik type in their signature, unless in a hidden class") {
              @Override
              public void check(JavaMethod method, ConditionEvents events) {
                boolean visible =
                    method
                        .getOwner()
                        .getModifiers()
                        .contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC);
                boolean kwik =
                    Stream.concat(
                            Stream.of(method.getRawReturnType()),
                            method.getRawParameterTypes().stream())
                        .anyMatch(resideInAnyPackage(KWIK));
                if (visible && kwik) {
                  events.add(SimpleConditionEvent.violated(method, method.getFullName()));
                }
              }
            })
        .check(house);
  }

  @Test
  void jettyIsTheServersAndPicocliTheCommandsBusiness() {
    noClasses()
        .that()
        .resideOutsideOfPackages(SERVER, CLI)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.eclipse.jetty..")
        .check(house);
    noClasses()
        .that()
        .resideOutsideOfPackage(CLI)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(house);
  }

  @Test
  void packagesHaveNoCycles() {
    slices()
        .matching("dev.h3kit.(**)")
        .should()
        .beFreeOfCycles()
        // A deadline is a plain value that all floors above the transport hold too.
        .ignoreDependency(resideInAPackage(TRANSPORT), name("dev.h3kit.core.Deadline"))
        // The program's entry and its training run name the commands, and those use what the
        // entry's package offers.
        .ignoreDependency(
            name("dev.h3kit.cli.H3").or(name("dev.h3kit.cli.AotTraining")), resideInAPackage(CLI))
        .check(house);
  }

  @Test
  void namesSayWhatAClassIs() {
    classes()
        .that(doNot(com.tngtech.archunit.core.domain.JavaClass.Predicates.ANONYMOUS_CLASSES))
        .should()
        .haveNameNotMatching(".*(Utils?|Manager|Impl|Helper)(\\$.*)?")
        .check(house);
  }

  private static void noDependency(String floor, String... above) {
    noClasses()
        .that()
        .resideInAPackage(floor)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(above)
        .check(house);
  }
}
