#include "engine/plan/plan_tally.hpp"

#include "tests/unit/api/thread_reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using line = pair_tally::line;

TEST(PairTally, CountsEachPairLargestFirst) {
  pair_tally t;
  for (int i = 0; i < 3; ++i) t.add("open", "done");
  t.add("snoozed", "done");
  for (int i = 0; i < 2; ++i) t.add("open", "snoozed");
  EXPECT_THAT(t.largest(5),
              ElementsAre(line{"open", "done", 3}, line{"open", "snoozed", 2}, line{"snoozed", "done", 1}));
}

TEST(PairTally, TakesPairsThatEndAlikeTogetherWhereThereAreTooMany) {
  pair_tally t;
  for (int i = 0; i < 100; ++i) t.add("user " + std::to_string(i), "ann");
  for (int i = 0; i < 7; ++i) t.add("bob", "cem");
  EXPECT_THAT(t.largest(5), ElementsAre(line{{}, "ann", 100}, line{"bob", "cem", 7}));
}

TEST(PairTally, FoldsTheSmallestIntoOneLine) {
  pair_tally t;
  for (int value = 1; value <= 20; ++value)
    for (int i = 0; i < value; ++i) t.add("x", std::to_string(value));
  EXPECT_THAT(t.largest(3), ElementsAre(line{"x", "20", 20}, line{"x", "19", 19}, line{{}, {}, 171}));
  EXPECT_THAT(t.largest(1), ElementsAre(line{{}, {}, 210}));
}

TEST(PairTally, StaysSmallAndTrueHoweverManyValuesThereAre) {
  pair_tally t;
  constexpr std::uint64_t rows = 20'000;
  for (std::uint64_t i = 0; i < rows; ++i) {
    t.add("old " + std::to_string(i), "new " + std::to_string(i));
    t.add("old " + std::to_string(i), "same");
  }
  std::uint64_t sum = 0;
  for (const auto& l : t.largest(6)) sum += l.count;
  EXPECT_EQ(sum, 2 * rows);
  EXPECT_EQ(t.total(), 2 * rows);
  EXPECT_EQ(t.largest(6).front(), (line{{}, "same", rows})) << "a value that many rows share is not lost";
  EXPECT_THAT(t.largest(6), SizeIs(6));
}

TEST(ShortValue, IsPlainPrintableAndShort) {
  struct {
    const char *json, *expected;
  } const table[] = {
      {"\"open\"", "open"},
      {"null", "null"},
      {"true", "true"},
      {"12.50", "12.50"},
      {"\"\"", "\"\""},
      {R"("two\nlines")", "two lines"},
      {R"("a very long title that no column has room for")", "a very long title that no col..."},
      {"\"\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
       "\xc3\xbc"
       "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\"",
       "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3"
       "\xbc\xc3"
       "\xbc..."},
  };
  for (const auto& t : table) EXPECT_EQ(short_value(t.json), t.expected) << t.json;
}

TEST(SetDifference, SaysWhatComesAndGoes) {
  EXPECT_EQ(set_difference_in_words(R"(["a","b"])", R"(["b","c"])"), "+c -a");
  EXPECT_EQ(set_difference_in_words("null", R"(["c"])"), "+c");
  EXPECT_EQ(set_difference_in_words(R"(["a","b","c","d","e"])", "[]"), "-a -b -c and 2 more");
  EXPECT_EQ(set_difference_in_words("\"a\"", "[]"), std::nullopt) << "no list";
  EXPECT_EQ(set_difference_in_words(R"(["a","b"])", R"(["b","a"])"), std::nullopt) << "no difference";
}

class tally : public ::testing::Test {
 protected:
  field_index field(const char* name) const { return *profile_.find(name); }
  planned_row row(planned is, std::uint64_t number, std::string_view why = {}) const {
    planned_row r;
    r.is = is;
    r.row = number;
    r.id = "t1";
    r.why = why;
    return r;
  }
  api::profile profile_ = api::testing::reading_profile();
  plan_tally tally_{profile_};
};

TEST_F(tally, CountsRowsOfEachKindAndNamesTheFirstOfThoseThatNoReadDecided) {
  for (std::uint64_t i = 1; i <= 5; ++i) tally_.add(row(planned::missing, i, "404"));
  tally_.add(row(planned::unchanged, 6));
  tally_.add(row(planned::unreadable, 7, "garbage"));
  EXPECT_EQ(tally_.rows(), 7u);
  EXPECT_EQ(tally_.of(planned::missing), 5u);
  EXPECT_THAT(tally_.named(planned::missing), SizeIs(plan_tally::most_named));
  EXPECT_EQ(tally_.named(planned::unreadable).front().why, "garbage");
  EXPECT_THAT(tally_.named(planned::unchanged), IsEmpty());
}

TEST_F(tally, TellsChangesFromWhatOnlyGoesAlong) {
  const std::vector<planned_change> changes{{field("status"), "status", "\"open\"", "\"snoozed\"", true},
                                            {field("snoozed_until"), "snoozed_until",
                                             "\"2031-01-01T00:00:00Z\"", "\"2031-01-01T00:00:00Z\"", false},
                                            {field("closed_loop"), "closed_loop", std::nullopt, "true", true},
                                            {field("tag_ids"), "tag_ids", R"(["a"])", R"(["a","b"])", true}};
  auto write = row(planned::write, 1);
  write.changes = changes;
  tally_.add(write);
  ASSERT_THAT(tally_.fields(), SizeIs(4));
  EXPECT_THAT(tally_.fields()[0].values.largest(3), ElementsAre(line{"open", "snoozed", 1}));
  EXPECT_EQ(tally_.fields()[1].along, 1u);
  EXPECT_EQ(tally_.fields()[1].values.total(), 0u);
  EXPECT_FALSE(tally_.fields()[2].is_shown);
  EXPECT_THAT(tally_.fields()[3].values.largest(3), ElementsAre(line{"", "+b", 1}));
  EXPECT_EQ(tally_.rows_with_field()[to_index(field("closed_loop"))], 1u);
}

TEST_F(tally, GroupsReasonsByTheRuleWhereTheValuesDifferInEveryRow) {
  for (int i = 0; i < 50; ++i) {
    const auto why = "updated_at is \"2026-01-" + std::to_string(i) + "\", expected older than 90d";
    auto skipped = row(planned::skipped, 1, why);
    skipped.rule = "updated_at, expected older than 90d";
    tally_.add(skipped);
  }
  EXPECT_THAT(tally_.skipped().largest(3), ElementsAre(line{{}, "updated_at, expected older than 90d", 50}));
}

TEST_F(tally, CountsRepeatedContradictingUnsafeAndWhatCannotGoBack) {
  const std::vector<undo_loss> losses{{"notify", undo_obstacle::not_shown}};
  const std::vector<field_index> riders{field("closed_loop")};
  auto write = row(planned::write, 9);
  write.job.replay_safe = false;
  write.is_repeated = true;
  write.contradicts = contradiction{"status", 3};
  write.losses = losses;
  tally_.add(write);
  auto unchanged = row(planned::unchanged, 10);
  unchanged.rides_unsent = riders;
  tally_.add(unchanged);
  EXPECT_EQ(tally_.repeated(), 1u);
  EXPECT_EQ(tally_.contradicting(), 1u);
  EXPECT_EQ(tally_.contradictions().front().why, "status in row 3");
  EXPECT_EQ(tally_.not_replay_safe(), 1u);
  EXPECT_EQ(tally_.losses().size(), 1u);
  EXPECT_EQ(tally_.rides_unsent()[to_index(field("closed_loop"))], 1u);
}

}  // namespace
}  // namespace pawl::plan
