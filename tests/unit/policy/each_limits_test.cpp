#include "engine/policy/each_limits.hpp"

#include "tests/unit/policy/request_kinds.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

constexpr time_point start{100h};
using testing::read;
using testing::write;

rate_limit writes_only(std::uint32_t limit, duration length) {
  return {{limit, length}, 0, 1};
}

void send(each_limits& e, std::uint64_t id, time_point now, request_kind kind = write) {
  e.take(id, kind);
  e.closed(id, kind, now);
}

TEST(EachLimits, AnIdWaitsAndOthersGoOn) {
  const std::vector<rate_limit> limits{writes_only(2, 10s), writes_only(3, 60s)};
  each_limits e(limits);
  send(e, 7, start);
  send(e, 7, start + 1s);
  EXPECT_EQ(e.due(7, write, start + 1s), start + 10s);
  EXPECT_EQ(e.due(8, write, start + 1s), start + 1s);
  EXPECT_EQ(e.due(7, read, start + 1s), start + 1s) << "reads do not count";
  EXPECT_EQ(e.due(7, write, start + 10s), start + 10s);
  send(e, 7, start + 10s);
  EXPECT_EQ(e.due(7, write, start + 10s), start + 60s) << "all windows hold together";
  EXPECT_EQ(e.due(7, write, start + 60s), start + 60s);
}

TEST(EachLimits, ARequestHoldsItsCostFromItsStartToAWindowAfterItsEnd) {
  const std::vector<rate_limit> limits{{{10, 10s}, 1, 4}};
  each_limits e(limits);
  e.take(7, write);
  send(e, 7, start, read);
  send(e, 7, start + 1s, read);
  send(e, 7, start + 2s, write);
  EXPECT_EQ(e.due(7, read, start + 3s), start + 10s) << "the first read comes free";
  EXPECT_EQ(e.due(7, write, start + 3s), start + 12s) << "two reads are not enough";
  EXPECT_EQ(e.due(7, read, start + 9s), start + 10s);
  e.closed(7, write, start + 20s);
  EXPECT_EQ(e.due(7, write, start + 20s), start + 20s);
  EXPECT_EQ(e.held(), 1u);
  EXPECT_EQ(e.due(7, write, start + 30s), start + 30s);
  EXPECT_EQ(e.held(), 0u) << "nothing is kept of an id that holds nothing";
}

// Or the write would wait until the read is too old, again and again.
TEST(EachLimits, AReadForAWriteLeavesWhenBothFit) {
  const std::vector<rate_limit> limits{{{5, 10s}, 1, 2}};
  each_limits e(limits);
  send(e, 7, start, write);
  send(e, 7, start + 2s, read);
  send(e, 7, start + 3s, read);
  EXPECT_EQ(e.due(7, read, start + 4s), start + 4s);
  EXPECT_EQ(e.due(7, request_counts{1, 1}, start + 4s), start + 10s);
  send(e, 7, start + 4s, read);
  EXPECT_EQ(e.due(7, request_counts{1, 1}, start + 4s), start + 12s);
  EXPECT_EQ(e.due(8, request_counts{1, 1}, start + 4s), start + 4s);
  // Reads that cost nothing wait for no write.
  const std::vector<rate_limit> free_reads{writes_only(1, 10s)};
  each_limits f(free_reads);
  send(f, 7, start, write);
  EXPECT_EQ(f.due(7, request_counts{1, 1}, start + 1s), start + 1s);
}

// The chain of one id says what a walk over all closings would.
TEST(EachLimits, AgreesWithAWalkOverAllThatIsHeld) {
  struct use {
    time_point at{};
    std::uint64_t id = 0;
    std::uint64_t cost = 0;
  };
  std::mt19937_64 rng(7);
  const std::vector<rate_limit> limits{{{6, 10s}, 1, 2}};
  each_limits e(limits);
  std::deque<use> all;
  auto now = start;
  for (int step = 0; step < 5'000; ++step) {
    now += 10ms * (rng() % 100);
    while (!all.empty() && all.front().at + 10s <= now) all.pop_front();
    const auto id = 1 + rng() % 5;
    const auto kind = rng() % 2 == 0 ? read : write;
    const std::uint64_t cost = kind == read ? 1 : 2;
    std::uint64_t held = 0;
    for (const auto& u : all) held += u.id == id ? u.cost : 0;
    auto expected = now;
    for (const auto& u : all) {
      if (held + cost <= 6) break;
      if (u.id != id) continue;
      held -= u.cost;
      expected = u.at + 10s;
    }
    ASSERT_EQ(e.due(id, kind, now), expected) << step;
    if (expected > now) continue;
    send(e, id, now, kind);
    all.push_back({now, id, cost});
  }
}

TEST(EachLimits, AtTheBoundOfItsMemoryEveryIdWaits) {
  const std::vector<rate_limit> limits{writes_only(2, 10s)};
  each_limits e(limits, 3);
  for (std::uint64_t id = 1; id <= 3; ++id) send(e, id, start + id * 1s);
  EXPECT_EQ(e.due(9, write, start + 4s), start + 11s);
  EXPECT_EQ(e.due(9, write, start + 11s), start + 11s);
}

// ---- what survives ----

constexpr auto clock_ahead = 1'000s;
slot_entry closed_at(time_point t) {
  const auto there = (t - start + clock_ahead).count();
  return {there, there};
}

TEST(EachLimits, TheNextProcessKnowsTheIdsOfWhatWasSent) {
  struct row {
    const char* name;
    std::vector<slot_entry> entries;
    std::vector<std::uint64_t> ids;
    duration seven_waits, eight_waits;
  };
  constexpr auto any = kept_quota::any_id, none = kept_quota::no_id;
  const auto old = closed_at(start - 20s), first = closed_at(start - 6s), second = closed_at(start - 2s);
  const row rows[] = {
      {"nothing was sent", {{}, {}}, {none, none}, 0s, 0s},
      {"one of two", {first, {}}, {7, none}, 0s, 0s},
      {"both", {first, second, {}}, {7, 7, none}, 4s, 0s},
      {"of two ids", {first, second, {}}, {7, 8, none}, 0s, 0s},
      {"one that is not known counts for all", {first, second, {}}, {7, any, none}, 4s, 0s},
      {"about no resource", {first, second, {}}, {none, none, none}, 0s, 0s},
      {"over", {old, old, {}}, {7, 7, none}, 0s, 0s},
      {"older ones were overwritten", {first, second}, {none, none}, 4s, 4s},
      {"but not of this window", {old, second}, {7, 8}, 0s, 0s},
      {"the ids are not there", {first, second, {}}, {}, 4s, 4s},
      {"nothing was kept", {}, {}, 10s, 10s},
  };
  for (const auto& r : rows) {
    const std::vector<rate_limit> limits{writes_only(2, 10s)};
    each_limits e(limits);
    auto entries = r.entries;
    auto ids = r.ids;
    e.load(write, {entries, {}, ids}, start, clock_ahead);
    e.load(read, {}, start, clock_ahead);
    EXPECT_EQ(e.due(7, write, start) - start, r.seven_waits) << r.name;
    EXPECT_EQ(e.due(8, write, start) - start, r.eight_waits) << r.name;
  }
}

// ---- against a server in virtual time ----

TEST(EachLimits, NeverExceedsWhereverTheServerCounts) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    std::mt19937_64 rng(seed * 7919 + 11);
    const auto pick = [&](std::uint64_t low, std::uint64_t high) { return low + rng() % (high - low + 1); };
    const std::vector<rate_limit> limits{
        {{static_cast<std::uint32_t>(pick(2, 6)), 2s}, static_cast<std::uint32_t>(pick(0, 1)), 2},
        {{static_cast<std::uint32_t>(pick(4, 12)), 9s}, 0, 1}};
    each_limits e(limits);
    struct job {
      time_point until{};
      request_kind kind{};
      bool is_out = false;
    };
    std::map<std::uint64_t, job> jobs;
    std::map<std::uint64_t, std::deque<std::pair<time_point, request_kind>>> counted;
    for (std::uint64_t id = 1; id <= 4; ++id) jobs[id];
    auto now = start;
    std::uint64_t sent = 0;
    for (int step = 0; step < 2'000; ++step, now += 10ms) {
      for (auto& [id, j] : jobs) {
        if (j.is_out && now >= j.until) {
          if (seed % 2 == 1) counted[id].emplace_back(now, j.kind);
          e.closed(id, j.kind, now);
          j.is_out = false;
        }
        if (j.is_out) continue;
        j.kind = pick(0, 2) == 0 ? read : write;
        if (e.due(id, j.kind, now) > now) continue;
        e.take(id, j.kind);
        if (seed % 2 == 0) counted[id].emplace_back(now, j.kind);
        j.until = now + 10ms * pick(0, 60);
        j.is_out = true;
        ++sent;
      }
    }
    EXPECT_GT(sent, 40u);
    for (const auto& [id, all] : counted)
      for (const auto& l : limits)
        for (std::size_t i = 0; i < all.size(); ++i) {
          std::uint64_t sum = 0;
          for (std::size_t k = i; k < all.size() && all[k].first - all[i].first < l.window.length; ++k)
            sum += all[k].second == read ? l.read_cost : l.write_cost;
          ASSERT_LE(sum, l.window.limit) << "seed " << seed << " id " << id;
        }
  }
}

}  // namespace
}  // namespace pawl::policy
