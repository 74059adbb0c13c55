// The audit must be able to fail: over truths, journals and ledgers made by hand, each kind of untruth is
// found where it is, and nothing is called one that is none.
#include "tests/fault/audit/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace pawl::audit {
namespace {

using ::testing::HasSubstr;

seen_write write_of(const planned_row& row, bool applied = true) {
  return {row.id, row.title, applied, false, applied && row.notifies ? std::uint64_t{1} : 0, 1'000'000};
}

thread_truth truth_of(const planned_row& row) {
  return {row.status.value_or("open"), row.snoozed_until, row.title,
          row.tags.value_or(std::vector<std::string>{}), row.notifies ? std::uint64_t{1} : 0};
}

// Eight rows, of which the fifth writes to the id of the first again, all applied but an invalid and a
// refused one.
struct world {
  plan planned;
  ledger_facts ledger;
  server_facts server;
  compare_options options;

  world() {
    const auto add = [&](const char* id, std::optional<std::string> status) -> planned_row& {
      auto& row = planned.rows.emplace_back();
      row.id = id;
      row.status = std::move(status);
      row.title = "Title #" + std::to_string(planned.rows.size());
      return row;
    };
    add("a", "done").tags = {"x", "y"};
    add("b", "snoozed").snoozed_until = "2030-01-02T03:04:05Z";
    add("c", "open").notifies = true;
    add("gone", "done");
    add("a", "open");
    add("d", "paused").valid = false;
    add("e", "done");
    add("f", std::nullopt);
    for (std::size_t i = 0; i < planned.rows.size(); ++i) {
      const auto& row = planned.rows[i];
      const bool applied = row.valid && row.id != "gone";
      ledger.rows.push_back({i + 1, row.id,
                             applied     ? "applied"
                             : row.valid ? "refused"
                                         : "invalid",
                             applied ? 1u : 0u});
      if (row.valid) server.writes.push_back(write_of(row, applied));
      if (applied) server.threads[row.id] = truth_of(row);
    }
    server.threads["a"].tags = {"y", "x"};  // of row 1; row 5 leaves them alone
    server.threads["b"].snoozed_until = "2030-01-02T03:04:05.000Z";
    server.threads["d"] = {"open", std::nullopt, "as it was", {}, 0};
  }
  comparison compared() const { return compare(planned, ledger, server, options); }
  void say(std::size_t row, const char* outcome) { ledger.rows[row - 1].outcome = outcome; }
  // As if the server had applied nothing of this row.
  void take_back(std::size_t row) {
    for (auto& write : server.writes)
      if (write.title == planned.rows[row - 1].title) write.applied = false, write.notices = 0;
    server.threads[planned.rows[row - 1].id] = {"open", std::nullopt, "as it was", {}, 0};
  }
};

TEST(AuditComparison, FindsNothingWhereTheLedgerIsTrue) {
  const auto compared = world{}.compared();
  for (const auto& found : compared.findings)
    ADD_FAILURE() << to_text(found.kind) << ' ' << found.row << found.what;
  EXPECT_EQ(compared.by_outcome,
            (std::map<std::string, std::size_t>{{"applied", 6}, {"invalid", 1}, {"refused", 1}}));
  EXPECT_EQ(compared.pending, 0u);
}

struct untruth {
  const char* name;
  std::function<void(world&)> make;
  offence kind;
  std::size_t row;
  const char* says;
};

void PrintTo(const untruth& each, std::ostream* out) {
  *out << each.name;
}

const std::vector<untruth>& untruths() {
  static const std::vector<untruth> table{
      {"AppliedThatNeverArrived", [](world& w) { w.take_back(7); }, offence::lie, 7, "status is"},
      {"AppliedOverValuesThatWereThereAlready",
       [](world& w) {
         for (auto& write : w.server.writes)
           if (write.id == "e") write.applied = false;
       },
       offence::lie, 7, "applied no write"},
      {"AppliedWithAnotherStatus", [](world& w) { w.server.threads["e"].status = "open"; }, offence::lie, 7,
       "status is \"open\", wanted \"done\""},
      {"AppliedWithAnotherMoment",
       [](world& w) { w.server.threads["b"].snoozed_until = "2030-01-02T03:04:06.000Z"; }, offence::lie, 2,
       "snoozed_until"},
      {"AppliedWithOtherTags", [](world& w) { w.server.threads["a"].tags = {"x"}; }, offence::lie, 1,
       "tag_ids"},
      {"AppliedAndSlippedBackBehindALaterRow", [](world& w) { w.server.threads["a"].status = "done"; },
       offence::lie, 5, "status"},
      {"UnchangedThatWasWritten", [](world& w) { w.say(7, "unchanged"); }, offence::lie, 7,
       "applied a write"},
      {"UnchangedThatShowsOtherValues",
       [](world& w) {
         w.take_back(7);
         w.say(7, "unchanged");
       },
       offence::lie, 7, "status is"},
      {"RefusedThatWasApplied", [](world& w) { w.say(7, "refused"); }, offence::lie, 7, "applied a write"},
      {"RefusedBecauseOfAStranger",
       [](world& w) {
         w.take_back(7);
         w.say(7, "refused");
         w.server.replies["e"] = {0, 1, 2, {"foreign/404/html", "foreign/403/json"}};
       },
       offence::lie, 7, "2 times (foreign/404/html, foreign/403/json)"},
      {"FailedBecauseOfAStranger",
       [](world& w) {
         w.take_back(7);
         w.say(7, "failed");
         w.server.replies["e"] = {0, 0, 1, {"foreign/204/empty"}};
       },
       offence::lie, 7, "1 times (foreign/204/empty)"},
      {"MismatchWhereOnlyPagesSaidYes",
       [](world& w) {
         w.take_back(7);
         for (auto& write : w.server.writes) write.accepted = write.id != "e";
         w.say(7, "mismatch");
       },
       offence::lie, 7, "accepted"},
      {"FailedThatWasApplied", [](world& w) { w.say(2, "failed"); }, offence::lie, 2, "applied a write"},
      {"SkippedThatWasApplied", [](world& w) { w.say(2, "skipped"); }, offence::lie, 2, "applied a write"},
      {"InvalidThatIsValid", [](world& w) { w.say(7, "invalid"); }, offence::lie, 7, "valid"},
      {"RefusedThatIsInvalid", [](world& w) { w.say(6, "refused"); }, offence::lie, 6, "invalid"},
      {"MismatchWhoseValuesAreThere", [](world& w) { w.say(7, "mismatch"); }, offence::lie, 7,
       "wanted values"},
      {"AnOutcomeThatDoesNotExist", [](world& w) { w.say(7, "done"); }, offence::lie, 7, "no such outcome"},
      {"ARowWithoutOutcome", [](world& w) { w.ledger.rows.erase(w.ledger.rows.begin() + 2); }, offence::lost,
       3, "no outcome"},
      {"AnOutcomeWithoutRow", [](world& w) { w.ledger.rows.push_back({9, "z", "applied", 1}); },
       offence::foreign, 9, "no such row"},
      {"TwoOutcomes", [](world& w) { w.ledger.rows.push_back({7, "e", "refused", 1}); }, offence::foreign, 7,
       "two outcomes"},
      {"AnotherId", [](world& w) { w.ledger.rows[6].id = "f"; }, offence::foreign, 7, "\"f\""},
      {"AnotherGeneration", [](world& w) { w.ledger.generations = 2; }, offence::foreign, 0, "2 generations"},
      {"AWriteOfNobody",
       [](world& w) { w.server.writes.push_back({"e", "by somebody else", true, false, 0, 0}); },
       offence::stray_write, 0, "e"},
      {"ANoticeTwice",
       [](world& w) {
         w.server.writes.push_back(w.server.writes[2]);
         w.server.threads["c"].notices = 2;
       },
       offence::notified_twice, 3, "2 notices"},
      {"ANoticeOfARowThatIsUnknown",
       [](world& w) {
         w.say(3, "unknown");
         w.server.writes.push_back(w.server.writes[2]);
         w.server.threads["c"].notices = 2;
       },
       offence::notified_twice, 3, "2 notices"},
      {"ANoticeThatTheJournalDoesNotKnow", [](world& w) { w.server.threads["c"].notices = 2; },
       offence::evidence, 0, "c"},
  };
  return table;
}

class audit_comparison : public ::testing::TestWithParam<untruth> {};

TEST_P(audit_comparison, finds) {
  world w;
  GetParam().make(w);
  const auto compared = w.compared();
  ASSERT_EQ(compared.findings.size(), 1u);
  EXPECT_EQ(to_text(compared.findings[0].kind), std::string{to_text(GetParam().kind)});
  EXPECT_EQ(compared.findings[0].row, GetParam().row);
  EXPECT_THAT(compared.findings[0].what, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(AuditComparison, audit_comparison, ::testing::ValuesIn(untruths()),
                         [](const auto& each) { return each.param.name; });

TEST(AuditComparison, TakesWhatCannotBeDisproved) {
  const std::vector<std::pair<const char*, std::function<void(world&)>>> truths{
      {"unknown, applied", [](world& w) { w.say(7, "unknown"); }},
      {"unknown, not applied",
       [](world& w) {
         w.take_back(7);
         w.say(7, "unknown");
       }},
      {"refused, by a stranger and by the API",
       [](world& w) {
         w.take_back(7);
         w.say(7, "refused");
         w.server.replies["e"] = {1, 0, 1, {"foreign/404/html"}};
       }},
      {"failed, by a stranger and by the API",
       [](world& w) {
         w.take_back(7);
         w.say(7, "failed");
         w.server.replies["e"] = {0, 1, 1, {"foreign/404/html"}};
       }},
      {"refused by a stranger, but there is no such thread",
       [](world& w) { w.server.replies["gone"] = {0, 0, 1, {"foreign/404/html"}}; }},
      {"failed, not applied",
       [](world& w) {
         w.take_back(7);
         w.say(7, "failed");
       }},
      {"mismatch, not applied",
       [](world& w) {
         w.take_back(7);
         w.say(7, "mismatch");
       }},
      {"written over by a later row", [](world& w) { w.say(1, "unknown"); }},
      {"sent twice, replay-safe", [](world& w) { w.server.writes.push_back(w.server.writes.back()); }},
      {"pending while the run is not finished",
       [](world& w) {
         w.ledger.rows.pop_back();
         w.ledger.finished = false;
       }},
      {"a lying reply over the wanted values",
       [](world& w) {
         for (auto& write : w.server.writes)
           if (write.id == "e") write.applied = false, write.lied = true;
       }},
      {"a later row failed: the earlier one stands",
       [](world& w) {
         w.take_back(5);
         w.say(5, "failed");
         w.server.threads["a"] = truth_of(w.planned.rows[0]);
       }},
      {"no title in a write to an id of its own", [](world& w) { w.server.writes.back().title.reset(); }},
  };
  for (const auto& [name, make] : truths) {
    world w;
    make(w);
    for (const auto& found : w.compared().findings)
      ADD_FAILURE() << name << ": " << to_text(found.kind) << ' ' << found.row << ' ' << found.what;
  }
}

TEST(AuditComparison, CountsAMismatchThatMayErr) {
  world w;
  w.say(7, "mismatch");
  w.options.mismatch_is_proven = false;
  const auto compared = w.compared();
  EXPECT_TRUE(compared.findings.empty());
  EXPECT_EQ(compared.mismatch_in_error, 1u);
}

TEST(AuditPlan, IsTheSameForASeedAndNamesEveryRow) {
  const plan_options options{7, 2000, 100, true};
  const auto planned = make_plan(options);
  EXPECT_EQ(to_csv(planned), to_csv(make_plan(options)));
  EXPECT_NE(to_csv(planned), to_csv(make_plan({8, 2000, 100, true})));
  std::size_t notifying = 0, invalid = 0, gone = 0;
  for (std::size_t i = 0; i < planned.rows.size(); ++i) {
    const auto& row = planned.rows[i];
    ASSERT_TRUE(row.title);
    EXPECT_EQ(row_in_title(*row.title), i + 1);
    notifying += row.notifies ? 1 : 0;
    invalid += row.valid ? 0 : 1;
    gone += row.id.starts_with("thr_gone") ? 1 : 0;
  }
  EXPECT_EQ(notifying, 100u);
  EXPECT_GT(invalid, 2u);
  EXPECT_GT(gone, 5u);
  EXPECT_LT(planned.threads, 1990u);
  EXPECT_GT(planned.threads, 1800u);
  EXPECT_EQ(make_plan({7, 50, 50, false}).threads, 50u);
  for (const char* text : {"", "#3", "Title", "Title #", "Title #0", "Title #3 ", "Title #x"})
    EXPECT_FALSE(row_in_title(text)) << text;
}

}  // namespace
}  // namespace pawl::audit
