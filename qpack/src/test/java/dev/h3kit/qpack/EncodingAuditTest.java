package dev.h3kit.qpack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.h3kit.qpack.interop.Qif;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every list at every setting: audited by the {@link RuleChecker}, decoded back, and no larger than
 * it should be.
 */
class EncodingAuditTest {
  private static final int[] CAPACITIES = {0, 31, 32, 64, 256, 512, 4096};
  private static final int[] BLOCKED = {0, 1, 5, 100};
  private static final int[] ACKNOWLEDGE = {0, 1, 8};
  private static final int STAKE = EncoderLimits.DEFAULT.stake();

  static Stream<Map.Entry<String, List<List<FieldLine>>>> own() {
    return Corpus.own().entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("own")
  void everySettingKeepsTheRules(Map.Entry<String, List<List<FieldLine>>> lists) throws Exception {
    long plain = Conversation.octets(lists.getValue(), 0, 0, 0, STAKE);
    for (int capacity : CAPACITIES) {
      for (int blocked : BLOCKED) {
        for (int acknowledge : ACKNOWLEDGE) {
          long octets =
              Conversation.octets(lists.getValue(), capacity, blocked, acknowledge, STAKE);
          assertTrue(
              octets <= plain * 1.02 + STAKE + 8,
              capacity + "/" + blocked + "/" + acknowledge + ": " + octets + " over " + plain);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("own")
  void aTableThatIsUsedSaves(Map.Entry<String, List<List<FieldLine>>> lists) throws Exception {
    long plain = Conversation.octets(lists.getValue(), 0, 0, 0, STAKE);
    long octets = Conversation.octets(lists.getValue(), 4096, 100, 8, STAKE);
    assertTrue(octets < 0.75 * plain, octets + " of " + plain);
  }

  @ParameterizedTest
  @MethodSource("own")
  void withoutAStakeNothingIsSpentWhereNothingCanBeGained(
      Map.Entry<String, List<List<FieldLine>>> lists) throws Exception {
    long plain = Conversation.octets(lists.getValue(), 0, 0, 0, STAKE);
    for (int capacity : CAPACITIES) {
      assertEquals(plain, Conversation.octets(lists.getValue(), capacity, 0, 0, 0));
    }
  }

  @Test
  void theRecordedFileIsNoLargerThanTheBestOthersMakeIt() throws Exception {
    // Best octets known of any implementation that keeps the rules.
    check(
        Corpus.netbsd(),
        """
        0/0/0 2934
        256/0/1 1801
        256/0/8 2312
        256/100/0 1490
        256/100/1 1498
        256/100/8 1490
        512/0/1 1289
        512/0/8 2312
        512/100/0 1095
        512/100/1 853
        512/100/8 1095
        4096/0/1 1064
        4096/0/8 1960
        4096/100/0 827
        4096/100/1 827
        4096/100/8 828
        """);
  }

  @Test
  void theSharedRequestsAreNoLargerThanTheBestOthersMakeThem() throws Exception {
    assumeTrue(Corpus.isShared(), "the qifs collection is not beside the repository");
    check(
        Qif.parse(Corpus.shared("qifs/fb-req-hq.qif")),
        """
        0/0/0 145888
        256/0/1 117062
        256/0/8 111769
        256/100/0 136983
        256/100/1 111248
        256/100/8 110144
        512/0/1 111818
        512/0/8 102966
        512/100/0 133632
        512/100/1 90413
        512/100/8 98915
        4096/0/1 54550
        4096/0/8 60512
        4096/100/0 124296
        4096/100/1 49316
        4096/100/8 52435
        """);
  }

  private static void check(List<List<FieldLine>> lists, String best) throws Exception {
    double sum = 0;
    List<String> tooLarge = new ArrayList<>();
    List<String> rows = best.lines().toList();
    for (String row : rows) {
      String[] words = row.split("[/ ]", -1);
      long octets =
          Conversation.octets(
              lists,
              Integer.parseInt(words[0]),
              Integer.parseInt(words[1]),
              Integer.parseInt(words[2]),
              STAKE);
      double ratio = (double) octets / Integer.parseInt(words[3]);
      sum += Math.log(ratio);
      if (ratio > 1.08 || (words[0].equals("0") && ratio != 1)) {
        tooLarge.add(row + ": " + octets);
      }
    }
    assertEquals(List.of(), tooLarge);
    double mean = Math.exp(sum / rows.size());
    assertTrue(mean <= 0.98, "geometric mean " + mean);
  }
}
