#include "engine/sys/clock.hpp"
#include "engine/text/json_path.hpp"
#include "tests/shells/run/run_stage.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::run {
namespace {

using namespace std::chrono_literals;
using testing::model_api;
using testing::rows;
using testing::run_stage;

TEST(Runner, AppliesEachRowOnceAndJoinsWhatItStarted) {
  for (const bool read_first : {false, true}) {
    run_stage s(read_first);
    s.begin();
    s.end();
    EXPECT_TRUE(s.report->finished);
    EXPECT_EQ(s.report->stop_reason, "finished");
    EXPECT_EQ(s.report->counts[outcome::applied], rows);
    EXPECT_EQ(s.report->figures.writes, rows);
    EXPECT_EQ(s.report->figures.reads, read_first ? rows : 0u);
    EXPECT_FALSE(s.report->error);
    EXPECT_EQ(s.network.opened, 2u) << "a connection per slot, used again";
  }
}

// One mishap at each request, of each kind, with and without reading first, with values that may be sent
// twice and values that must not.
TEST(Runner, SaysTheTruthWhateverHappensToOneRequest) {
  for (const auto& mishap : model_api::mishaps())
    for (const bool read_first : {false, true})
      for (const auto column : {run_stage::column::status, run_stage::column::notify}) {
        const std::size_t requests = rows * (read_first ? 2 : 1);
        for (std::size_t at = 0; at < requests; ++at) {
          SCOPED_TRACE(mishap.name + " at request " + std::to_string(at) +
                       (read_first ? ", reads first" : "") +
                       (column == run_stage::column::notify ? ", not to be repeated" : ""));
          run_stage s(read_first, column);
          s.api.what = &mishap;
          s.api.mishap_at = at;
          s.begin();
          s.end();
          // A key that is not accepted stops the run; all else ends with an outcome for each row.
          if (mishap.name == "401") {
            EXPECT_FALSE(s.report->finished);
            ASSERT_TRUE(s.report->error);
            EXPECT_EQ(s.report->error->kind, failure_kind::mend);
          } else {
            EXPECT_TRUE(s.report->finished) << s.report->stop_reason;
            EXPECT_EQ(s.recorded(), rows);
          }
          if (column == run_stage::column::notify) {
            for (const auto& [id, item] : s.api.items) EXPECT_LE(item.writes, 1u) << id << " was told twice";
          }
          if (::testing::Test::HasFailure()) return;
        }
      }
}

// Likewise, where writes are answered with nothing and a read shows what they did.
TEST(Runner, SaysTheTruthWhereOnlyAReadShowsAWrite) {
  for (const auto& mishap : model_api::mishaps())
    for (const bool read_first : {false, true})
      for (const auto column : {run_stage::column::status, run_stage::column::notify}) {
        const std::size_t requests = rows * (read_first ? 3 : 2);
        for (std::size_t at = 0; at <= requests; ++at) {
          SCOPED_TRACE(mishap.name + " at request " + std::to_string(at) +
                       (read_first ? ", reads first" : "") +
                       (column == run_stage::column::notify ? ", not to be repeated" : ""));
          run_stage s(read_first, column);
          s.profile.reply.is = api::reply_kind::read;
          s.api.is_mute = true;
          s.api.what = &mishap;
          s.api.mishap_at = at;
          s.begin();
          s.end();
          if (mishap.name == "401" && at < requests) {
            EXPECT_EQ(s.report->stop_reason, "bad_key");
          } else {
            EXPECT_TRUE(s.report->finished) << s.report->stop_reason;
            EXPECT_EQ(s.recorded(), rows);
          }
          if (at == requests) {
            EXPECT_EQ(s.report->counts[outcome::applied], rows);
            EXPECT_EQ(s.report->figures.writes, rows);
            EXPECT_EQ(s.report->figures.reads, rows * (read_first ? 2 : 1));
          }
          if (column == run_stage::column::notify) {
            for (const auto& [id, item] : s.api.items) EXPECT_LE(item.writes, 1u) << id << " was told twice";
          }
          if (::testing::Test::HasFailure()) return;
        }
      }
}

// A key without the right: each write is answered well, and nothing changes.
TEST(Runner, CallsNothingAppliedThatNoReadShows) {
  for (const bool read_first : {false, true}) {
    run_stage s(read_first);
    s.profile.reply.is = api::reply_kind::read;
    s.api.is_mute = s.api.is_closed = true;
    s.begin();
    s.end();
    EXPECT_EQ(s.report->counts[outcome::mismatch], rows);
    EXPECT_EQ(s.report->figures.writes, rows);
  }
}

// Somebody edits every resource before one of the requests, and one request has a mishap: no edit is
// overwritten, and no row is lost.
TEST(Runner, OverwritesNoEditUnderAGuard) {
  std::vector<const model_api::mishap*> mishaps{nullptr};
  for (const auto& each : model_api::mishaps())
    if (each.name != "401" && each.name != "409") mishaps.push_back(&each);
  std::uint64_t conflicts = 0;
  for (const auto* mishap : mishaps)
    for (const auto column : {run_stage::column::status, run_stage::column::notify})
      for (std::size_t at = 0; at < rows * 2; at += mishap == nullptr ? rows * 2 : 1)
        for (std::size_t edit = 0; edit <= rows * 2; ++edit) {
          if (mishap != nullptr && edit + 2 < at) continue;  // both have to meet one row
          if (mishap != nullptr && edit > at + 4) break;
          SCOPED_TRACE(
              (mishap == nullptr ? "no mishap" : mishap->name + " at request " + std::to_string(at)) +
              ", edited before request " + std::to_string(edit) +
              (column == run_stage::column::notify ? ", not to be repeated" : ""));
          run_stage s(true, column);
          s.profile.write.headers = {{"X-Was", {{api::hole::was, "", *parse_json_path("title")}}}};
          s.api.is_guarded = true;
          s.api.what = mishap;
          s.api.mishap_at = at;
          s.api.edit_at = edit;
          s.begin();
          s.end();
          EXPECT_TRUE(s.report->finished) << s.report->stop_reason;
          EXPECT_EQ(s.recorded(), rows);
          for (const auto& [id, item] : s.api.items) EXPECT_LE(item.writes, 1u) << id;
          if (mishap == nullptr) {
            EXPECT_EQ(s.report->counts[outcome::applied], rows);
            conflicts += s.report->figures.retries;
          }
          if (::testing::Test::HasFailure()) return;
        }
  EXPECT_GT(conflicts, 4u);
}

// Told to stop after each handler, in both ways; with a limit, so that most rows wait for their turn.
TEST(Runner, StopsWhereverItIsToldToAndLosesNothing) {
  const auto make = [](bool read_first, bool is_limited) {
    auto s = std::make_unique<run_stage>(read_first);
    if (is_limited) s->limit({{2, 1s}});
    return s;
  };
  for (const bool is_limited : {false, true})
    for (const bool read_first : {false, true})
      for (const auto kind : {stop_kind::drain, stop_kind::now}) {
        auto untouched = make(read_first, is_limited);
        untouched->begin();
        untouched->end();
        const auto whole = untouched->steps();
        untouched.reset();
        std::size_t left_over = 0;
        for (std::size_t n = 0; n < whole; ++n) {
          SCOPED_TRACE((kind == stop_kind::now ? "at once after " : "after ") + std::to_string(n) +
                       (read_first ? ", reads first" : "") + (is_limited ? ", limited" : ""));
          const auto stage = make(read_first, is_limited);
          auto& s = *stage;
          s.begin();
          s.run_until([&] { return s.report || s.steps() >= n; });
          if (s.report) break;
          const auto told = clock::now();
          const auto asked = s.network.requests.size();
          s.runner->stop(kind, "signal");
          s.end();
          EXPECT_LT(clock::now() - told, 1s) << "nothing here takes as long";
          EXPECT_EQ(s.network.requests.size(), asked) << "asked after the stop";
          EXPECT_EQ(s.report->finished, s.recorded() == rows);
          if (!s.report->finished) {
            ++left_over;
            EXPECT_EQ(s.report->stop_reason, "signal");
            EXPECT_FALSE(s.report->error);
          }
          if (kind == stop_kind::drain)
            for (std::uint64_t row = 1; row <= rows; ++row) {
              const bool is_written = s.api.items.at("t" + std::to_string(row)).writes > 0;
              EXPECT_TRUE(!is_written || s.book.outcome_of(row) != nullptr) << "not waited for: row " << row;
            }
          if (::testing::Test::HasFailure()) return;
        }
        EXPECT_GT(left_over, 4u);
      }
}

// Nobody waits for an API that is down, or for a pause, when the run is to stop.
TEST(Runner, StopsAtOnceWhileTheApiIsDownOrAsksForAPause) {
  auto slow_down = pawl::testing::reply(429, R"({"error":{"code":"slow_down","message":"no"}})");
  slow_down.headers.emplace_back("Retry-After", "60");
  const auto down = pawl::testing::reply(500, R"({"error":{"code":"oops","message":"down"}})");
  for (const auto& said : {down, slow_down})
    for (const bool read_first : {false, true})
      for (const auto kind : {stop_kind::drain, stop_kind::now})
        for (std::size_t n = 0; n < 600; n += n < 60 ? 1 : 53) {
          SCOPED_TRACE(std::to_string(said.status) +
                       (kind == stop_kind::now ? " at once after " : " after ") + std::to_string(n) +
                       (read_first ? ", reads first" : ""));
          run_stage s(read_first);
          s.network.serve = [&said](const auto&) { return said; };
          s.begin();
          s.run_until([&] { return s.steps() >= n; });
          const auto told = clock::now();
          s.runner->stop(kind, "signal");
          s.end();
          EXPECT_LT(clock::now() - told, 1s);
          EXPECT_FALSE(s.report->finished);
          EXPECT_EQ(s.recorded(), 0u);
          if (::testing::Test::HasFailure()) return;
        }
}

// A write of which nothing was applied is planned again, and its old intent does not stay beside the new one:
// undo would take it for a value that was overwritten.
TEST(Runner, KeepsOneIntentOfAWriteThatWasHeldBack) {
  run_stage s(true);
  bool is_told = false;
  s.network.serve = [&](const auto& request) {
    auto a = s.api.serve(request);
    if (!request.line.starts_with("PATCH") || std::exchange(is_told, true)) return a;
    s.api.items.at("t1") = {};
    a = pawl::testing::reply(429, R"({"error":{"code":"slow_down","message":"no"}})");
    a.headers.emplace_back("Retry-After", "10");  // by then what was read is too old
    return a;
  };
  s.begin();
  s.end();
  EXPECT_EQ(s.report->figures.throttled, 1u);
  EXPECT_EQ(s.book.withdrawn.size(), 1u);
  EXPECT_EQ(s.book.intents.size(), rows);
}

// The ledger fails at each of its calls.
TEST(Runner, StopsWhereTheLedgerFails) {
  for (const bool read_first : {false, true})
    for (std::size_t call = 0; call < (read_first ? 2 * rows : rows); ++call) {
      SCOPED_TRACE(call);
      run_stage s(read_first);
      s.book.fails_at = call;
      s.begin();
      s.end();
      EXPECT_FALSE(s.report->finished);
      EXPECT_EQ(s.report->stop_reason, "ledger");
      ASSERT_TRUE(s.report->error);
      EXPECT_EQ(s.report->error->what, "the disk is full");
      if (::testing::Test::HasFailure()) return;
    }
}

// No room in the ledger's queue at each record: the workers wait, and nothing is lost or doubled.
TEST(Runner, WaitsForRoomInTheLedger) {
  for (std::size_t call = 0; call < rows; ++call) {
    SCOPED_TRACE(call);
    run_stage s(false);
    s.book.full_at = call;
    s.begin();
    const auto seen = s.steps();
    s.run_until([&] { return s.report || s.steps() > seen + 2000; });
    EXPECT_LT(s.recorded(), rows);
    s.book.make_room();
    s.end();
    EXPECT_TRUE(s.report->finished);
    EXPECT_EQ(s.recorded(), rows);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace pawl::run
