// Quota that survives the process.
#include "tests/unit/policy/pacer_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace pawl::policy {
namespace {

using namespace by_hand;
using namespace std::chrono_literals;

// ---- what survives the process ----

TEST(PacerEntries, HoldTheirSlotsInTheNextProcess) {
  const auto o = with({{3, 60s}});
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  ASSERT_EQ(entries.size(), 3u + 1'024u);
  time_point now = start;
  {
    pacer p(o, entries, now, 5'000s);
    const auto a = std::get<pacer::slot>(p.acquire(p.join(now), now));
    const auto b = std::get<pacer::slot>(p.acquire(p.join(now), now));
    EXPECT_EQ(entries[0].sent, 5'000'000'000'000) << "written before the first byte";
    p.sent(a, now + 1s);
    EXPECT_EQ(entries[0].sent, 5'001'000'000'000);
    EXPECT_EQ(entries[0].closed, 0);
    p.sent(b, now + 1s);
    p.closed(a, now + 2s, rate_facts{}, 0);
    EXPECT_EQ(entries[0].closed, 5'002'000'000'000);
    const auto c = std::get<pacer::slot>(p.acquire(p.join(now), now + 2s));
    p.give_back(c, now + 2s);
    EXPECT_EQ(entries[2].sent, 0);
  }
  // Killed with b in flight; the next process has another clock and looks ten seconds later.
  const time_point other{7h};
  pacer p(o, entries, other, 5'010s);
  EXPECT_EQ(entries[1].closed, 5'011'000'000'000) << "it may still be on its way";
  std::vector<duration> due;
  for (int i = 0; i < 3; ++i) due.push_back(p.due(p.join(other), other) - other);
  EXPECT_EQ(due, (std::vector<duration>{0s, 52s, 61s}));
}

TEST(PacerEntries, AreReusedOldestFirstAndNeverWhileHeld) {
  const auto o = with({{5, 10s}});
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  pacer p(o, entries, start, 1'000s);
  std::vector<std::pair<time_point, pacer::slot>> open;
  std::mt19937_64 rng(11);
  time_point now = start;
  std::vector<std::int64_t> closed_at;  // on the clock of the entries
  const auto there = [](time_point t) { return (t - start + 1'000s).count(); };
  for (int i = 0; i < 5'000; ++i) {
    const auto answer = p.acquire(p.join(now), now);
    if (const auto* s = std::get_if<pacer::slot>(&answer)) {
      p.sent(*s, now);
      open.emplace_back(now, *s);
    } else {
      p.leave(*p.head());
    }
    if (!open.empty() && rng() % 3 != 0) {  // any of them, so that some stay in flight for long
      const auto k = rng() % open.size();
      p.closed(open[k].second, now, rate_facts{}, 0);
      closed_at.push_back(there(now));
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(k));
    }
    now += 1s * (rng() % 4);
    // All that is held stands in the entries.
    const auto in_flight =
        std::ranges::count_if(entries, [](auto& e) { return e.sent != 0 && e.closed == 0; });
    ASSERT_EQ(static_cast<std::size_t>(in_flight), open.size());
    const auto held = [&](std::int64_t at) { return at + 10'000'000'000 > there(now); };
    const auto kept =
        std::ranges::count_if(entries, [&](auto& e) { return e.closed != 0 && held(e.closed); });
    ASSERT_EQ(kept, std::ranges::count_if(closed_at, held));
  }
}

TEST(PacerEntries, TimesThatCannotBeCountAsOnTheirWay) {
  const auto o = with({{4, 60s}});
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  entries[0] = {1, INT64_MAX};
  entries[1] = {-5, -7};
  entries[2] = {INT64_MIN, INT64_MIN};
  entries[3] = {INT64_MAX, 0};
  pacer p(o, entries, start, 100s);
  EXPECT_EQ(p.due(p.join(start), start), start + 61s);
}

TEST(PacerEntries, FullOnesBlockForOneWindow) {
  const auto o = with({{60, 60s}, {20, 10s}});
  const std::int64_t now = 1'000'000'000'000;
  std::vector<slot_entry> entries(pacer::entries_needed(o), slot_entry{now, now});
  pacer p(o, entries, start, 1'000s);
  const auto answer = p.acquire(p.join(start), start);
  EXPECT_EQ(std::get<time_point>(answer), start + 60s);
  EXPECT_TRUE(std::holds_alternative<pacer::slot>(p.acquire(*p.head(), start + 60s)));
}

TEST(PacerEntries, OfAWindowBeyondTheirBoundCountTheForgottenOnesAsYoungAsTheOldestKept) {
  const auto o = with({{3'000'000, 3600s}});
  ASSERT_EQ(pacer::entries_needed(o), std::size_t{1} << 20);
  std::vector<slot_entry> entries(std::size_t{1} << 20);
  std::int64_t at = 1'000'000'000'000;
  for (auto& e : entries) e = {at, at += 1'000'000};
  pacer p(o, entries, start, std::chrono::nanoseconds{at});
  // Full; the oldest kept is 1,048.575 s old, and with it all the forgotten ones go.
  const auto due = p.due(p.join(start), start) - start;
  EXPECT_GE(due, 3600s - 1049s);
  EXPECT_LE(due, 3600s - 1048s);
}

}  // namespace
}  // namespace pawl::policy
