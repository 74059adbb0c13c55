#include "engine/plan/planner.hpp"

#include "tests/shells/support/reader_items.hpp"
#include "tests/shells/support/reader_walk.hpp"
#include "tests/unit/ledger/ledger_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::plan {
namespace {

namespace asio = boost::asio;
using namespace testing;
using texts = std::vector<std::string>;

// t1, t2, ... with the same wish.
std::string rows(std::size_t count) {
  std::string text = "id,status\n";
  for (std::size_t n = 1; n <= count; ++n) text += "t" + std::to_string(n) + ",done\n";
  return text;
}

answer up(const fake_network::request& r) {
  if (r.line == "GET /me") return reply(200, R"({"account":"acme"})");
  return reply(200, item_text(r.line.substr(r.line.rfind('/') + 1)));
}

// A planner with a judge and an input of its own, on a stage.
struct planning {
  reader_stage& s;
  api::resource_reader resources{s.terms.profile, {}, nullptr, false};
  plan_judge judge;
  std::optional<input::job_source> source;
  ledger::row_set done;
  std::optional<planner> plan;
  std::string told;  // "1 write, 2 missing"

  planning(reader_stage& on, const std::string& input, std::uint32_t concurrency = 2, bool reads = true)
      : s(on),
        judge(s.terms.profile, reads ? &resources : nullptr,
              *ledger::planned_values::create(id_compare::exact), {}) {
    input::source_options how;
    how.format = input::file_format::csv;
    source.emplace(*input::job_source::from_bytes("jobs.csv", input, s.terms.profile, how));
    begin(concurrency, {}, reads);
  }
  void begin(std::uint32_t concurrency, std::optional<std::uint64_t> limit, bool reads = true) {
    plan.emplace(planner::parts{s.io, s.client, s.terms.profile, s.terms.retry, *source, done, judge, reads,
                                concurrency, limit});
  }
  status tell(const planned_row& row) {
    static constexpr const char* names[] = {"write",   "unchanged",  "skipped", "missing",
                                            "refused", "unreadable", "invalid"};
    told += (told.empty() ? "" : ", ") + std::to_string(row.row) + " " + names[static_cast<int>(row.is)];
    return {};
  }
  asio::awaitable<std::string> run() {
    const auto tell_it = [this](const planned_row& row) { return tell(row); };
    const auto done_all = co_await plan->run(tell_it);
    if (!done_all) co_return in_words(done_all.error());
    co_return told + (*done_all ? "" : " and more");
  }
};

std::string planned_of(reader_stage& s, planning& p) {
  s.network.opening_takes = 0ms;
  return s.result_of(p.run());
}

TEST(Planner, TellsRowsInTheOrderOfTheInputWhicheverIsAnsweredFirst) {
  reader_stage s;
  s.network.serve = [](const fake_network::request& r) {
    auto a = up(r);
    // The first of three takes longest, and a refusal comes between.
    a.takes = r.line.ends_with("t1") ? 90ms : r.line.ends_with("t2") ? 50ms : 10ms;
    if (r.line.ends_with("t2")) a = own_error(404, "gone");
    if (r.line.ends_with("t3")) a.body = item_text("t3", "done");
    if (r.line.ends_with("t4")) a = own_error(422, "no");
    return a;
  };
  planning p(s, rows(5), 3);
  EXPECT_EQ(planned_of(s, p), "1 write, 2 missing, 3 unchanged, 4 refused, 5 write");
  EXPECT_EQ(s.paths(), (texts{"/items/t1", "/items/t2", "/items/t3", "/items/t4", "/items/t5"}));
  EXPECT_TRUE(s.ends_clean());
}

// So many are under way or wait for their turn to be told; a slow first row holds the others back.
TEST(Planner, ReadsNoMoreAtATimeThanItMay) {
  for (const std::uint32_t most : {1u, 2u, 5u}) {
    SCOPED_TRACE(most);
    reader_stage s;
    std::size_t highest = 0;
    s.network.serve = [&](const fake_network::request& r) {
      highest = std::max(highest, s.network.on_loan);
      auto a = up(r);
      a.takes = r.line.ends_with("/t1") ? 1s : 10ms;
      return a;
    };
    planning p(s, rows(9), most);
    std::size_t before_the_first = 0;
    const auto run = [&]() -> asio::awaitable<void> {
      const auto tell = [&](const planned_row& row) {
        if (row.row == 1) before_the_first = s.network.requests.size();
        return p.tell(row);
      };
      const auto all = co_await p.plan->run(tell);
      EXPECT_TRUE(all && *all);
    };
    s.start(run());
    s.run_until([&] { return s.going_on() == 1; });
    EXPECT_EQ(highest, most);
    EXPECT_EQ(before_the_first, most);
    EXPECT_EQ(s.network.requests.size(), 9u);
    EXPECT_TRUE(s.ends_clean());
  }
}

TEST(Planner, TheLimitCountsRowsThatArePendingAndGood) {
  struct limit_case {
    std::uint64_t limit;
    std::string told;
  };
  const limit_case cases[] = {{0, " and more"},
                              {1, "2 write, 3 invalid and more"},
                              {2, "2 write, 3 invalid, 4 write and more"},
                              {3, "2 write, 3 invalid, 4 write, 5 write"},
                              {9, "2 write, 3 invalid, 4 write, 5 write"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.limit);
    reader_stage s;
    s.network.serve = up;
    planning p(s, "id,status\nt1,done\nt2,done\n,done\nt4,done\nt5,done\n,done\n");
    for (const std::uint64_t row : {1u, 6u}) p.done.insert(row);
    p.begin(2, c.limit);
    EXPECT_EQ(planned_of(s, p), c.told);
    EXPECT_TRUE(s.ends_clean());
  }
}

TEST(Planner, ReadsNothingWhereItIsToldNotTo) {
  reader_stage s;
  planning p(s, rows(3), 2, false);
  EXPECT_EQ(planned_of(s, p), "1 write, 2 write, 3 write");
  EXPECT_TRUE(s.network.requests.empty());
  EXPECT_EQ(p.plan->mean_reply_time(), duration{});
  EXPECT_TRUE(s.ends_clean());
}

TEST(Planner, TakesTheMeanOfTheRepliesThatCame) {
  reader_stage s;
  s.network.serve = [](const fake_network::request& r) {
    auto a = r.line.ends_with("t2") ? own_error(404, "gone") : up(r);
    a.takes = r.line.ends_with("t1") ? 10ms : 30ms;
    return a;
  };
  planning p(s, rows(2));
  planned_of(s, p);
  EXPECT_EQ(p.plan->mean_reply_time(), 20ms);
  EXPECT_TRUE(s.ends_clean());
}

// ---- replies that settle nothing

// As often as a run would: with the pauses of a run, in the middle of their spread.
TEST(Planner, AsksAgainForAReplyThatShowsNoResource) {
  for (const std::size_t bad : {1u, 5u, 6u}) {
    SCOPED_TRACE(bad);
    reader_stage s;
    std::size_t asked = 0;
    s.network.serve = [&](const fake_network::request& r) {
      return r.line.ends_with("t1") && asked++ < bad ? reply(200, R"({"id":"t1","status":)") : up(r);
    };
    planning p(s, rows(2));
    EXPECT_EQ(planned_of(s, p), bad < 6 ? "1 write, 2 write" : "1 unreadable, 2 write");
    EXPECT_EQ(s.network.requests.size(), std::min<std::size_t>(bad, 5) + 2);
    // Half of 250 ms, 500 ms, 1 s, 2 s, 4 s.
    EXPECT_EQ(s.now_text(), bad == 1 ? "145" : "3935");
    EXPECT_TRUE(s.ends_clean());
  }
}

TEST(Planner, ARowThatCannotBeReadAloneIsToldAndTheOthersGoOn) {
  reader_stage s;
  s.network.serve = [](const fake_network::request& r) {
    return r.line.ends_with("t2") ? reply(500) : up(r);
  };
  planning p(s, rows(4));
  EXPECT_EQ(planned_of(s, p), "1 write, 2 unreadable, 3 write, 4 write");
  EXPECT_TRUE(s.ends_clean());
}

// ---- refusals by who knows whom

reader_terms without_whoami() {
  reader_terms t;
  t.profile.whoami = {};
  t.limits.windows = {{1, 1ms}};  // a proof is sent later than what it proves
  return t;
}

// The first rows are refused by a gateway, perhaps; the first good one proves the API, and they are asked for
// again.
TEST(Planner, RowsThatAreRefusedUnprovenAreAskedForAgainOnceAnotherIsAnswered) {
  reader_stage s(without_whoami());
  s.network.serve = [](const fake_network::request& r) {
    return r.line.ends_with("t1") || r.line.ends_with("t2") ? page_for_people(404) : up(r);
  };
  planning p(s, rows(4));
  EXPECT_EQ(planned_of(s, p), "1 missing, 2 missing, 3 write, 4 write");
  const auto paths = s.paths();
  EXPECT_EQ(texts(paths.begin(), paths.begin() + 4),
            (texts{"/items/t1", "/items/t2", "/items/t3", "/items/t4"}));
  EXPECT_EQ(std::ranges::count(paths, "/items/t1"), 4) << "one unproven, three with a proof";
  EXPECT_TRUE(s.ends_clean());
}

TEST(Planner, WhereEveryRowIsRefusedByWhoKnowsWhomItIsAnOutage) {
  reader_stage s(without_whoami());
  s.network.serve = [](const auto&) { return page_for_people(404); };
  planning p(s, rows(4));
  EXPECT_NE(planned_of(s, p).find("later: nothing but failures of the API for 30 s"), std::string::npos);
  EXPECT_TRUE(p.told.empty());
  EXPECT_TRUE(s.ends_clean());
}

// So many refusals unproven look like an API that is down: no further ones are read to prove them.
TEST(Planner, NoMoreThanAHundredRowsWaitForAProof) {
  reader_stage s(without_whoami());
  s.network.serve = [](const auto&) { return page_for_people(404); };
  planning p(s, rows(300), 10);
  EXPECT_NE(planned_of(s, p).find("later:"), std::string::npos);
  const auto paths = s.paths();
  EXPECT_GT(std::ranges::count(paths, "/items/t100"), 0);
  EXPECT_EQ(std::ranges::count(paths, "/items/t111"), 0) << "ten more were under way";
  EXPECT_TRUE(s.ends_clean());
}

// ---- what ends a plan

TEST(Planner, AFailureOfTheInputEndsItWithThatFailure) {
  reader_stage s;
  s.network.serve = [](const fake_network::request& r) {
    auto a = up(r);
    a.takes = 1s;
    return a;
  };
  ledger::testing::temporary_directory directory;
  const std::string path = directory / "jobs.csv";
  std::ofstream(path) << rows(300);
  planning p(s, rows(1), 100);
  p.source.emplace(*input::job_source::open(path, s.terms.profile, {}));
  p.begin(100, {});
  // It is read in batches of 256 rows, so the change is met in the middle, with reads under way.
  std::optional<std::string> said;
  const auto run = [&]() -> asio::awaitable<void> { said = co_await p.run(); };
  s.start(run());
  s.run_until([&] { return !p.told.empty(); });
  std::ofstream(path, std::ios::app) << "t301,done\n";
  s.run_until([&] { return said.has_value(); });
  EXPECT_EQ(said->substr(0, 5), "mend:") << *said;
  EXPECT_NE(said->find("changed"), std::string::npos) << *said;
  EXPECT_LE(s.network.requests.size(), 256u);
  EXPECT_TRUE(s.ends_clean());
}

TEST(Planner, AFailureToTellEndsItAtOnceAndNothingIsLeftUnderWay) {
  for (const std::uint64_t at : {1u, 2u, 5u}) {
    SCOPED_TRACE(at);
    reader_stage s;
    s.network.serve = [](const fake_network::request& r) {
      auto a = up(r);
      a.takes = r.line.ends_with("t1") ? 10ms : 1s;
      return a;
    };
    planning p(s, rows(9), 4);
    std::optional<std::string> said;
    time_point failed_at{};
    const auto run = [&]() -> asio::awaitable<void> {
      const auto tell = [&](const planned_row& row) -> status {
        if (row.row < at) return {};
        failed_at = clock::now();
        return failure{failure_kind::mend, "", "the disk is full", ""};
      };
      const auto all = co_await p.plan->run(tell);
      said = all ? "all" : in_words(all.error());
    };
    s.start(run());
    s.run_until([&] { return said.has_value(); });
    EXPECT_EQ(*said, "mend: the disk is full");
    EXPECT_EQ(clock::now(), failed_at) << "reads under way end at once";
    EXPECT_TRUE(s.ends_clean());
  }
}

// ---- every step

reader_walk plan_of_four(const std::function<answer(const fake_network::request&)>& serve,
                         std::uint32_t concurrency = 2) {
  reader_walk w;
  w.serve = serve;
  w.work = [concurrency](reader_stage& s) -> asio::awaitable<std::string> {
    planning p(s, rows(4), concurrency);
    const auto said = co_await p.run();
    co_return said;
  };
  return w;
}

TEST(Planner, IsStoppedWhereverItIs) {
  plan_of_four(up).is_stopped_everywhere();
}

// With a reply that shows nothing, and is asked for again after a pause.
TEST(Planner, IsStoppedWhileItWaitsToReadARowAgain) {
  const auto w = plan_of_four([](const fake_network::request& r) {
    return r.line.ends_with("t1") ? reply(200, R"({"id":"t1","status":)") : up(r);
  });
  EXPECT_EQ(w.run().result, "1 unreadable, 2 write, 3 write, 4 write");
  w.is_stopped_everywhere();
}

// Only one of them: what proves another row may prove this one too, and then there is nothing to interrupt.
TEST(Planner, IsStoppedWhileARowWaitsForAProof) {
  auto w = plan_of_four(
      [](const fake_network::request& r) {
        return r.line.ends_with("t3")   ? page_for_people(404)
               : r.line.ends_with("t4") ? up(r)
                                        : own_error(404, "gone");
      },
      1);
  w.terms = without_whoami();
  EXPECT_EQ(w.run().result, "1 missing, 2 missing, 3 missing, 4 write");
  w.is_stopped_everywhere();
}

// Each trouble of the table at each of the four reads: one row is told otherwise at most, or the plan ends
// with what only a person can mend.
TEST(Planner, BearsEachTroubleAtEachRead) {
  using is = trouble::is;
  const auto w = plan_of_four(up);
  for (const auto& t : every_trouble())
    for (std::size_t at = 0; at < 4; ++at) {
      SCOPED_TRACE(t.name + " at request " + std::to_string(at));
      const auto end = w.run(w.with(t, at, false));
      EXPECT_TRUE(end.is_clean);
      // Once a row was answered, a redirect is of its row, and here somebody else's.
      const bool is_of_somebody =
          t.what.fault == transport_fault::none && (t.what.status == 302 || t.what.status == 410) && at > 0;
      if (t.kind == is::own) {
        texts told{"1 write", "2 write", "3 write", "4 write"};
        const auto row = std::stoul(end.paths[at].substr(end.paths[at].rfind('t') + 1));
        told[row - 1] = std::to_string(row) + (t.what.status == 404 ? " missing" : " refused");
        EXPECT_EQ(end.result, told[0] + ", " + told[1] + ", " + told[2] + ", " + told[3]);
      } else if ((t.kind == is::stop && !is_of_somebody) || t.kind == is::wrong_key) {
        EXPECT_EQ(end.result.substr(0, 5), "mend:") << end.result;
      } else {
        EXPECT_EQ(end.result, "1 write, 2 write, 3 write, 4 write");
      }
    }
}

// An API that is gone from each read on, for good. One read at a time: of several under way when it went, one
// may have been answered, and then those that fail do so alone.
TEST(Planner, EndsWithEachOutageForGood) {
  using is = trouble::is;
  const auto w = plan_of_four(up, 1);
  for (const auto& t : every_trouble()) {
    if (t.kind != is::outage && t.kind != is::throttled && t.kind != is::page && t.kind != is::foreign)
      continue;
    for (std::size_t at = 0; at < 4; ++at) {
      SCOPED_TRACE(t.name + " from request " + std::to_string(at));
      const auto end = w.run(w.with(t, at, true));
      EXPECT_TRUE(end.is_clean);
      EXPECT_EQ(end.result.substr(0, 6), "later:") << end.result;
      EXPECT_GE(end.took, 30s);
      EXPECT_LE(end.took, 31s);
    }
  }
}

}  // namespace
}  // namespace pawl::plan
