package dev.h3kit.cli.console;

import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * The options of a command in sections, one for each class that declares some of them and is titled
 * here: as people look for them, not in one long list. Within a section {@code order} counts.
 */
public final class OptionSections {
  private final Map<Class<?>, String> titles;

  /**
   * Sections with these titles.
   *
   * @param titles titles by declaring class, in the order of the sections
   */
  public OptionSections(Map<Class<?>, String> titles) {
    this.titles = new LinkedHashMap<>(titles);
  }

  /** Makes the help text of {@code command} list its options in these sections. */
  public void install(picocli.CommandLine command) {
    command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING, help -> "");
    command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, this::render);
  }

  private String render(Help help) {
    StringBuilder text = new StringBuilder();
    List<OptionSpec> rest = new ArrayList<>(help.commandSpec().options());
    titles.forEach((type, title) -> {
      List<OptionSpec> own =
          rest.stream()
              .filter(option -> declaredBy(option, type))
              .sorted(Comparator.comparingInt(OptionSpec::order))
              .toList();
      rest.removeAll(own);
      text.append(section(help, title, own));
    });
    return text.append(section(help, "Help", rest)).toString();
  }

  private static String section(Help help, String title, List<OptionSpec> options) {
    if (options.isEmpty()) {
      return "";
    }
    Help.Layout layout = help.createDefaultLayout();
    layout.addOptions(options, help.createDefaultParamLabelRenderer());
    return String.format("%n%s%n", help.colorScheme().commandText(title + ":")) + layout;
  }

  private static boolean declaredBy(OptionSpec option, Class<?> type) {
    return option.userObject() instanceof Member member && member.getDeclaringClass() == type;
  }
}
