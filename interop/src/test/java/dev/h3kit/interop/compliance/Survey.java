package dev.h3kit.interop.compliance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which rule is quoted where in the sources of the project. */
final class Survey {
  private final RuleBook book;
  private final Map<Rule, Places> places = new LinkedHashMap<>();
  private final List<String> mistakes = new ArrayList<>();

  /**
   * Where a rule is quoted.
   *
   * @param code in which classes
   * @param tests in which tests
   */
  record Places(SortedSet<Place> code, SortedSet<Place> tests) {
    private Places() {
      this(new TreeSet<>(), new TreeSet<>());
    }
  }

  /**
   * A class or a test.
   *
   * @param name the class, or the class and the method
   * @param file its source, from the root of the project
   */
  record Place(String name, String file) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int order = name.compareTo(other.name);
      return order != 0 ? order : file.compareTo(other.file);
    }
  }

  Survey(RuleBook book) {
    this.book = book;
  }

  /** Reads every Java source of the modules in {@code root}. */
  static Survey of(Path root, RuleBook book) throws IOException {
    Survey survey = new Survey(book);
    List<Path> modules;
    try (Stream<Path> folders = Files.list(root)) {
      modules = folders.map(folder -> folder.resolve("src")).filter(Files::isDirectory).toList();
    }
    for (Path module : modules.stream().sorted().toList()) {
      try (Stream<Path> files = Files.walk(module)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
          String name = root.relativize(file).toString().replace('\\', '/');
          survey.add(name, Files.readString(file));
        }
      }
    }
    return survey;
  }

  /** Reads one source. */
  void add(String file, String source) {
    JavaFile java = new JavaFile(source);
    Members members = Members.of(java);
    for (JavaFile.Comment comment : java.comments()) {
      for (Reference reference : Reference.in(comment.text())) {
        for (String quote : reference.quotes()) {
          add(file, quote, reference, members.at(comment.start()), java.line(comment.start()));
        }
      }
    }
  }

  private void add(String file, String quote, Reference reference, List<String> methods, int line) {
    List<String> unknown = new ArrayList<>();
    boolean first = true;
    for (Reference.Place place : reference.places()) {
      List<Rule> section =
          book.rules(place.rfc()).stream()
              .filter(rule -> rule.section().equals(place.section()))
              .toList();
      if (!book.rfcs().contains(place.rfc())) {
        continue;
      }
      Quote.Meaning meaning = Quote.of(quote, section);
      meaning.rules().forEach(rule -> quoted(rule, file, methods));
      if (first) {
        unknown.addAll(meaning.unknown());
      }
      unknown.retainAll(meaning.unknown());
      first = false;
    }
    unknown.forEach(words ->
        mistakes.add(file + ":" + line + ": no rule of " + reference.places() + " says: " + words));
  }

  private void quoted(Rule rule, String file, List<String> methods) {
    Places all = places.computeIfAbsent(rule, _ -> new Places());
    String type = file.substring(file.lastIndexOf('/') + 1, file.length() - ".java".length());
    if (!file.contains("/src/test/")) {
      all.code().add(new Place(type, file));
    } else if (methods.isEmpty()) {
      all.tests().add(new Place(type, file));
    } else {
      methods.forEach(method -> all.tests().add(new Place(type + "#" + method, file)));
    }
  }

  RuleBook book() {
    return book;
  }

  /** Where a rule is quoted; nowhere if it is not. */
  Places places(Rule rule) {
    return places.getOrDefault(rule, new Places());
  }

  /** Whether a rule binds h3kit and no test quotes it. */
  boolean untested(Rule rule) {
    return rule.binds() && places(rule).tests().isEmpty();
  }

  /** Quotes with a key word that no rule of the section has, or several have: a line each. */
  List<String> mistakes() {
    return mistakes;
  }
}
