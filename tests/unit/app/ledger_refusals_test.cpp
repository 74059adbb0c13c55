#include "engine/app/ledger_refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::app {
namespace {

using ::testing::HasSubstr;

const ledger::target sandbox{"productlane", "https://127.0.0.1:8443/api/v2", "ws_1"};

TEST(RefuseTarget, NamesBoth) {
  EXPECT_FALSE(refuse_target(sandbox, {"productlane", "https://127.0.0.1:8443/api/v2", ""}, "l"));
  const auto other =
      refuse_target(sandbox, {"productlane", "https://productlane.com/api/v2", ""}, "jobs.csv.ledger");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->kind, failure_kind::usage);
  const auto text = to_string(*other);
  EXPECT_THAT(text, HasSubstr("jobs.csv.ledger"));
  EXPECT_THAT(text, HasSubstr("https://127.0.0.1:8443/api/v2 (account ws_1)"));
  EXPECT_THAT(text, HasSubstr("https://productlane.com/api/v2"));
  EXPECT_TRUE(refuse_target(sandbox, {"internal", "https://127.0.0.1:8443/api/v2", ""}, "l"));
  EXPECT_THAT(other->remedy, HasSubstr("another ledger"));
}

// `verify` has no choice of ledgers: what helps is the other address.
TEST(RefuseTarget, SendsWhoOnlyReadsToWhereItWasWritten) {
  const auto address =
      refuse_target(sandbox, {"productlane", "https://productlane.com/api/v2", ""}, "l", ledger_use::reads);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->remedy,
            "read from where it was written to: add --base-url https://127.0.0.1:8443/api/v2");
  const auto both = refuse_target(sandbox, {"internal", "https://a.test", ""}, "l", ledger_use::reads);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->remedy,
            "read from where it was written to: use profile productlane and --base-url "
            "https://127.0.0.1:8443/api/v2");
  const auto account = refuse_account(sandbox, "", "ws_2", "l", ledger_use::reads);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->remedy, "use a key of that account");
}

TEST(RefuseAccount, HoldsTheKeyAgainstLedgerAndConfiguration) {
  auto unbound = sandbox;
  unbound.account = "";
  EXPECT_FALSE(refuse_account(sandbox, "", "ws_1", "l"));
  EXPECT_FALSE(refuse_account(unbound, "", "ws_2", "l"));
  EXPECT_FALSE(refuse_account(unbound, "", "", "l"));
  EXPECT_FALSE(refuse_account(sandbox, "ws_1", "ws_1", "l"));
  const auto other = refuse_account(sandbox, "", "ws_2", "l");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->kind, failure_kind::usage);
  EXPECT_THAT(to_string(*other), HasSubstr("ws_1"));
  EXPECT_THAT(to_string(*other), HasSubstr("ws_2"));
  const auto configured = refuse_account(unbound, "ws_1", "ws_2", "l");
  ASSERT_TRUE(configured);
  EXPECT_EQ(configured->place, "api.account");
  EXPECT_TRUE(refuse_account(unbound, "ws_1", "", "l"));
}

TEST(Difference, SaysFileSettingsOrBoth) {
  ledger::generation_row a;
  input::input_identity file, shaping, both;
  file.file[0] = 1;
  shaping.shaping[0] = 1;
  both.file[0] = both.shaping[0] = 1;
  EXPECT_EQ(difference(a, file), "the file, not the settings");
  EXPECT_THAT(difference(a, shaping), HasSubstr("not the file"));
  EXPECT_THAT(difference(a, both), HasSubstr("the file and the settings"));
}

TEST(Difference, NamesTheSettingsThatChangedWithBothValues) {
  ledger::generation_row g;
  g.settings = R"({"csv.null":"null","csv.delimiter":null,"input.format":null,"input.set":["status=done"],)"
               R"("input.only_if":[],"input.map":["a=b"]})";
  input::input_identity now;
  now.shaping[0] = 1;
  constexpr const char* settings =
      R"({"csv.null":"-","csv.delimiter":";","input.format":"csv","input.set":["status=open","title=x"],)"
      R"("input.only_if":["status = open"],"input.map":["a=b"]})";
  EXPECT_EQ(difference(g, now, settings),
            "--set was status=done and is status=open title=x, --only-if was not given and is status = open, "
            "csv.null was null and is -; the file is the same");
  EXPECT_THAT(
      to_string(changed_input("j.csv", g, now, 3, settings)),
      ::testing::AllOf(HasSubstr("j.csv: was begun on"), HasSubstr("with other settings and has 3 rows left"),
                       HasSubstr("go on with the settings as they were")));
  now.file[0] = 1;
  EXPECT_THAT(difference(g, now, settings), ::testing::EndsWith("csv.null was null and is -, and the file"));
  EXPECT_THAT(difference(g, now, g.settings), HasSubstr("the file and the settings that shape"));
  EXPECT_THAT(difference(g, now, "not JSON"), HasSubstr("the file and the settings that shape"));
}

TEST(ChangedInput, SaysWhatWasLeftAndHowToGoOn) {
  ledger::generation_row g;
  input::input_identity now;
  now.file[0] = 1;
  const auto text = to_string(changed_input("jobs.csv", g, now, 12));
  EXPECT_THAT(text, HasSubstr("12 rows left"));
  EXPECT_THAT(text, HasSubstr("the file"));
  EXPECT_THAT(text, HasSubstr("--fresh"));
}

TEST(RefuseUnread, NamesPreconditionsAndVerbsWhereNothingIsRead) {
  options s;
  input::validation_report report;
  EXPECT_FALSE(refuse_unread(s, "j", nullptr));
  EXPECT_FALSE(refuse_unread(s, "j", &report));
  report.rows_with_expect = 1;
  EXPECT_THAT(to_string(*refuse_unread(s, "j", &report)), HasSubstr("1 row has preconditions"));
  report.rows_with_expect = 0;
  report.rows_with_verbs = 1200;
  const auto verbs = refuse_unread(s, "j", &report);
  EXPECT_THAT(to_string(*verbs), HasSubstr("1,200 rows have set verbs"));
  EXPECT_THAT(to_string(*verbs), HasSubstr("read_first is off"));
  EXPECT_EQ(verbs->kind, failure_kind::usage);
  s.conditions.emplace_back();
  EXPECT_EQ(refuse_unread(s, "j", nullptr)->place, "--only-if");
  s.read_first = true;
  EXPECT_FALSE(refuse_unread(s, "j", &report));
}

TEST(Pending, IsCountedByBit) {
  ledger::row_set done(200);
  EXPECT_EQ(first_pending(done, 200), 1u);
  for (std::uint64_t row = 1; row <= 130; ++row) done.insert(row);
  done.insert(150);
  EXPECT_EQ(first_pending(done, 200), 131u);
  EXPECT_EQ(count_pending(done, 200), 69u);
  for (std::uint64_t row = 131; row <= 200; ++row) done.insert(row);
  EXPECT_EQ(first_pending(done, 200), 201u);
  EXPECT_EQ(count_pending(done, 200), 0u);
  EXPECT_EQ(count_pending(ledger::row_set{0}, 0), 0u);
}

TEST(RefuseLostRows, HoldsRowsOutcomesAndThisRunTogether) {
  outcome_counts before, now, in_ledger;
  before[outcome::applied] = 10;
  now[outcome::applied] = 5;
  now[outcome::refused] = 1;
  in_ledger[outcome::applied] = 15;
  in_ledger[outcome::refused] = 1;
  EXPECT_FALSE(refuse_lost_rows(20, 4, before, now, in_ledger, "l"));
  const auto lost = refuse_lost_rows(20, 3, before, now, in_ledger, "l");
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->kind, failure_kind::mend);
  EXPECT_THAT(lost->what, HasSubstr("20 rows, but 16 outcomes and 3 pending"));
  now[outcome::refused] = 0;
  now[outcome::failed] = 1;
  EXPECT_TRUE(refuse_lost_rows(20, 4, before, now, in_ledger, "l"));
}

TEST(RefuseBatches, WhereEachResourceHasLimits) {
  options s;
  s.profile.name = "p";
  s.profile.write_many.size = 100;
  EXPECT_FALSE(refuse_batches(s));
  s.run.writes.each = {{{30, std::chrono::minutes{10}}}};
  EXPECT_EQ(
      to_string(*refuse_batches(s)),
      "limits.each: is set, and profile p writes several rows with one request ([write_many]), which may "
      "count for each of them; remove one of the two");
  s.run.writes.each = {};
  s.read_first = true;
  EXPECT_THAT(to_string(*refuse_batches(s)), HasSubstr("and reads them one by one; add [read_many]"));
  s.profile.read_many.size = 100;
  EXPECT_FALSE(refuse_batches(s));
}

}  // namespace
}  // namespace pawl::app
