package dev.h3kit.qpack;

/**
 * The numbers of {@link InsertionPolicy}. They were found by trying: one set for every table and
 * every traffic, on recorded and made-up messages of both directions.
 *
 * @param steady the chance that a value comes again, for names whose values hardly change
 * @param mixed the same for names of which nothing is known
 * @param fickle the same for names whose values hardly ever come again
 * @param foreign the same for names that the static table does not have
 * @param priorWeight how many sightings those first chances are worth
 * @param missAfterRepeat by what the chance to see a value no more shrinks with every repetition
 * @param horizon how many sections ahead a gain is counted
 * @param firstGap the sections between two uses of a value, where nothing is known
 * @param mostUses no value counts for more uses than this
 * @param copyCost what an insert costs that its own section cannot refer to, in literals
 * @param duplicateCost what a Duplicate costs, in octets; it also moves on what is worth keeping
 * @param keepRatio an entry is kept if an octet of it is worth this times an octet of the newcomer
 * @param lossShare which part of the worth of what is evicted is set against the newcomer
 * @param rent what an entry of the whole capacity costs by its size, for each octet
 * @param leastDensity the gain for each octet of table below which nothing is inserted
 * @param drainShare the part of the table from which references are moved on, while inserts wait
 * @param patience for how many sections an insert that found no room is waited for
 * @param mostDuplicates how many entries one insert may move on
 */
record PolicyWeights(
    float steady,
    float mixed,
    float fickle,
    float foreign,
    float priorWeight,
    float missAfterRepeat,
    float horizon,
    float firstGap,
    float mostUses,
    float copyCost,
    float duplicateCost,
    float keepRatio,
    float lossShare,
    float rent,
    float leastDensity,
    float drainShare,
    int patience,
    int mostDuplicates) {

  static final PolicyWeights DEFAULT =
      new PolicyWeights(
          0.669f, 0.608f, 0.0156f, 0.931f, 4.39f, 0.0893f, 26.7f, 2.89f, 5.35f, 0.425f, 13.1f,
          1.44f, 0.0922f, 0.0024f, 0.0568f, 0.466f, 27, 15);
}
