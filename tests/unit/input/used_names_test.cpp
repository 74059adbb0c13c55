#include "engine/input/used_names.hpp"

#include "engine/input/validation.hpp"
#include "tests/unit/input/test_profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace pawl::input {
namespace {

using test::source_of;

using ::testing::ElementsAre;
using ::testing::IsEmpty;

validation_report validated(job_source& source) {
  auto report = validate(source, test::threads(), {}, nullptr);
  if (!report) throw std::runtime_error(to_string(report.error()));
  return *std::move(report);
}

std::vector<std::string> texts(const used_names& names) {
  std::vector<std::string> all;
  for (const auto& n : names.in_order())
    all.push_back(n.name + " " + std::string(test::threads()[n.field].name) + " " + std::to_string(n.line) +
                  " x" + std::to_string(n.rows));
  return all;
}

TEST(UsedNames, AreGatheredOnceWithTheirFirstLineAndTheirRows) {
  auto csv = source_of(
      "id,add_tags,remove_tags,add_tag_ids\nt1,A;B,,tag_x\nt2,,A,\nt3,A,A,\n\nt4,\"[\"\"semi;colon\"\","
      "\"\"say "
      "\\\"\"hi\\\"\"\"\"]\",,\nt5,,,tag_x\n");
  EXPECT_THAT(texts(validated(csv).names),
              ElementsAre("A add_tags 2 x3", "B add_tags 2 x1", "say \"hi\" add_tags 6 x1",
                          "semi;colon add_tags 6 x1"));
  auto ndjson = source_of(R"({"id":"t1","add_tags":["\u0041","\ud83d\ude80"],"status":"nope"})"
                          "\n"
                          R"({"id":"t2","patch":{"remove_tags":["\u0041","\ud83d\ude80"]}})"
                          "\n",
                          file_format::ndjson);
  EXPECT_THAT(texts(validated(ndjson).names),
              ElementsAre("A remove_tags 2 x1", "\xf0\x9f\x9a\x80 remove_tags 2 x1"))
      << "a wrong row is not sent, so its names are not needed";
  auto none = source_of("id,add_tag_ids\nt1,tag_x\n");
  EXPECT_FALSE(validated(none).names.any());
}

TEST(UsedNames, DoNotGrowWithTheInput) {
  std::string text = "id,add_tags\n";
  for (int i = 0; i < 12'000; ++i) text += "t,name " + std::to_string(i) + "\n";
  auto source = source_of(text);
  const auto many = validated(source).names;
  EXPECT_EQ(many.size(), used_names::max_names);
  EXPECT_FALSE(many.complete());

  text = "id,add_tags\n";
  for (int i = 0; i < 40; ++i) text += "t," + std::to_string(i) + std::string(50'000, 'x') + "\n";
  auto long_ones = source_of(text);
  const auto bytes = validated(long_ones).names;
  EXPECT_FALSE(bytes.complete());
  EXPECT_EQ(bytes.size(), 20u);

  // What is known already takes no room: only what is wrong is left.
  api::name_directory known;
  for (int i = 0; i < 12'000; ++i)
    if (i != 11'000) known.add("name " + std::to_string(i), "tag_" + std::to_string(i));
  ASSERT_TRUE(source.seek({0, 12, 2}));
  const auto wanted = [](std::uint64_t) { return true; };
  const auto wrong = collect_names(source, test::threads(), &known, wanted, {}, nullptr);
  ASSERT_TRUE(wrong);
  EXPECT_TRUE(wrong->complete());
  EXPECT_THAT(texts(*wrong), ElementsAre("name 11000 add_tags 11002 x1"));
}

TEST(HasNameVerbs, TellsByTheCountsOfAValidation) {
  const auto has = [](const std::string& text) {
    auto source = source_of(text);
    return has_name_verbs(test::threads(), validated(source).rows_with_field);
  };
  EXPECT_TRUE(has_name_verbs(test::threads()));
  EXPECT_TRUE(has("id,add_tags\nt1,a\n"));
  EXPECT_TRUE(has("id,status,remove_tags\nt1,done,\nt2,,a\n"));
  EXPECT_FALSE(has("id,status,add_tags\nt1,done,\n"));
  EXPECT_FALSE(has("id,add_tag_ids\nt1,a\n"));
}

TEST(CollectNames, ReadsTheRowsThatArePendingAndGoesBack) {
  std::string text = "id,add_tags\n";
  for (int i = 1; i <= 70'000; ++i) text += "t," + std::string(i > 65'536 ? "late" : "early") + "\n";
  text += "t,last\n";
  auto source = source_of(text);
  const auto report = validated(source);
  ASSERT_EQ(report.checkpoints.size(), 2u);
  ASSERT_TRUE(source.seek(report.checkpoints[1]));
  const auto wanted = [](std::uint64_t row) { return row != 70'001; };
  const auto names = collect_names(source, test::threads(), nullptr, wanted, {}, nullptr);
  ASSERT_TRUE(names);
  EXPECT_THAT(texts(*names), ElementsAre("late add_tags 65538 x4464"));
  job_batch batch;
  ASSERT_TRUE(*source.next(batch));
  EXPECT_EQ(batch.job(0).row, 65'537u);

  const std::atomic<bool> stop = true;
  const auto stopped = collect_names(source, test::threads(), nullptr, wanted, {}, &stop);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, failure_kind::later);
}

TEST(Unresolved, NamesEachWithItsLineAndWhatWasMeant) {
  auto source = source_of(
      "id,add_tags,remove_tags\nt1,Billing,\nt2,biling,\nt3,BILLING,Twice\nt4,biling,\nt5,quite "
      "different,\n");
  api::name_directory directory;
  directory.add("Billing", "tag_b");
  directory.add("Twice", "tag_1");
  directory.add("Twice", "tag_1");  // the same entry on two pages of a list that moved
  directory.add("Twice", "tag_2");
  std::vector<std::string> wrong;
  for (const auto& c : unresolved(validated(source).names, directory, test::threads()))
    wrong.push_back(test::complaint_text(c));
  EXPECT_THAT(
      wrong,
      ElementsAre("3: add_tags: no tag is called \"biling\" (in 2 rows); did you mean \"Billing\"?",
                  "4: add_tags: no tag is called \"BILLING\"; did you mean \"Billing\"?",
                  "4: remove_tags: more than one tag is called \"Twice\": \"tag_1\" and \"tag_2\"; say "
                  "which one with remove_tag_ids",
                  "6: add_tags: no tag is called \"quite different\""));
  directory = {};
  for (const auto* name : {"Billing", "biling", "BILLING", "Twice", "quite different"})
    directory.add(name, name);
  EXPECT_THAT(unresolved(validated(source).names, directory, test::threads()), IsEmpty());
}

TEST(SwapWatch, FindsInputsThatOnlyRenameAnElement) {
  struct {
    const char* text;
    const char* swap;  // "removed added rows"; empty: none
  } const cases[]{
      {"id,add_tags,remove_tags\nt1,New,Old\nt2,New,Old\n", "\"Old\" \"New\" 2"},
      {"id,remove_tags,add_tags\nt1,Old,New\n", "\"Old\" \"New\" 1"},
      {"id,add_tag_ids,remove_tags\nt1,tag_n,Old\nt2,tag_n,Old\n", "\"Old\" \"tag_n\" 2"},
      {"id,add_tag_ids,remove_tag_ids\nt1,tag_n,tag_o\n", "\"tag_o\" \"tag_n\" 1"},
      {"id,add_tags,remove_tags\nt1,New,Old\nt2,Newer,Old\n", ""},
      {"id,add_tags,remove_tags\nt1,New,Old\nt2,New,\n", ""},
      {"id,add_tags,remove_tags\nt1,New;Other,Old\n", ""},
      {"id,add_tags,remove_tags\nt1,Old,Old\n", ""},
      {"id,add_tags,add_tag_ids\nt1,New,tag_o\n", ""},
      {"id,add_tags,remove_tags,status\nt1,New,Old,done\n", ""},
      {"id,status,title\nt1,done,x\n", ""},
      {"id,add_tags\nt1,New\n", ""},
  };
  for (const auto& c : cases) {
    auto source = source_of(c.text);
    const auto found = validated(source).swap.found();
    EXPECT_EQ(found ? found->removed + " " + found->added + " " + std::to_string(found->rows) : "", c.swap)
        << c.text;
  }
  EXPECT_FALSE(swap_watch{}.found());
}

}  // namespace
}  // namespace pawl::input
