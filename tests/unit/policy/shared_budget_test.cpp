// Windows that reads and writes share: costs, who goes first, what replies say of them, what survives.
#include "tests/unit/policy/pacer_table.hpp"
#include "tests/unit/policy/request_kinds.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace pawl::policy {
namespace {

using namespace by_hand;
using namespace std::chrono_literals;

using testing::read;
using testing::write;

// Two pacers with a budget, and the hand that moves their clock.
struct pair_of_classes {
  pacer_options o;
  shared_budget budget;
  pacer reads, writes;
  time_point now = start;

  explicit pair_of_classes(std::vector<rate_limit> all, std::vector<rate_window> write_windows = {},
                           kept_quota kept_reads = {}, kept_quota kept_writes = {})
      : o{{}, 0, false, false, std::move(all)},
        budget(o, start),
        reads(o, kept_reads, start, 1'000'000s, {&budget, read}),
        writes(own(o, std::move(write_windows)), kept_writes, start, 1'000'000s, {&budget, write}) {}

  static pacer_options own(pacer_options o, std::vector<rate_window> windows) {
    o.windows = std::move(windows);
    return o;
  }
  pacer& of(request_kind k) { return k == read ? reads : writes; }
  std::optional<pacer::slot> ask(request_kind k, pacer::ticket t) {
    const auto answer = of(k).acquire(t, now);
    if (const auto* slot = std::get_if<pacer::slot>(&answer)) return *slot;
    EXPECT_GT(std::get<time_point>(answer), now);
    return std::nullopt;
  }
  bool send(request_kind k, const rate_facts& f = {}) {
    const auto t = of(k).join(now);
    const auto slot = ask(k, t);
    if (slot)
      of(k).closed(*slot, now, f, 0);
    else
      of(k).leave(t);
    return slot.has_value();
  }
  duration wait(request_kind k) {
    const auto t = of(k).join(now);
    const auto answer = of(k).acquire(t, now);
    if (const auto* slot = std::get_if<pacer::slot>(&answer)) {
      of(k).give_back(*slot, now);
      return 0s;
    }
    of(k).leave(t);
    return std::get<time_point>(answer) - now;
  }
};

TEST(SharedBudget, EachRequestTakesItsCostFromEveryWindow) {
  struct row {
    const char* name;
    std::vector<rate_limit> all;
    int reads_before, writes_before;
    duration read_waits, write_waits;
  };
  const row rows[] = {
      {"nothing was sent", {{{10, 60s}, 1, 5}}, 0, 0, 0s, 0s},
      {"five left", {{{10, 60s}, 1, 5}}, 5, 0, 0s, 0s},
      {"four left", {{{10, 60s}, 1, 5}}, 6, 0, 0s, 60s},
      {"none left", {{{10, 60s}, 1, 5}}, 5, 1, 60s, 60s},
      {"reads do not count", {{{2, 60s}, 0, 1}}, 100, 2, 0s, 60s},
      {"writes do not count", {{{2, 60s}, 1, 0}}, 2, 100, 60s, 0s},
      {"all hold together", {{{10, 60s}, 1, 5}, {{4, 10s}, 1, 1}}, 4, 0, 10s, 10s},
      {"the longer one holds", {{{4, 60s}, 1, 1}, {{4, 10s}, 1, 1}}, 4, 0, 60s, 60s},
  };
  for (const auto& r : rows) {
    pair_of_classes t(r.all);
    for (int i = 0; i < r.reads_before; ++i) EXPECT_TRUE(t.send(read)) << r.name;
    for (int i = 0; i < r.writes_before; ++i) EXPECT_TRUE(t.send(write)) << r.name;
    EXPECT_EQ(t.wait(read), r.read_waits) << r.name;
    EXPECT_EQ(t.wait(write), r.write_waits) << r.name;
    t.now += std::max(r.read_waits, r.write_waits);
    EXPECT_EQ(t.wait(write), 0s) << r.name;
  }
}

TEST(SharedBudget, IsThereForSharedWindowsOrARuleForAll) {
  pacer_options none, some;
  some.shared = {{{10, 60s}}};
  api::profile plain, with_rule;
  with_rule.rules.emplace_back();
  EXPECT_FALSE(shared_budget::of(none, with_rule, start));
  with_rule.rules.emplace_back().scope = api::wait_scope::of_all;
  EXPECT_FALSE(shared_budget::of(none, plain, start));
  EXPECT_TRUE(shared_budget::of(some, plain, start));
  EXPECT_TRUE(shared_budget::of(none, with_rule, start));
}

TEST(SharedBudget, ReserveLeavesRoomForOneOfTheDearest) {
  pacer_options o{{}, 0.9, false, false, {{{20, 60s}, 1, 5}}};
  shared_budget b(o, start);
  EXPECT_TRUE(b.windows().fits({0, 1}, start)) << "2 of 20 would hold no write at all";
  EXPECT_FALSE(b.windows().fits({1, 1}, start));
}

TEST(SharedBudget, AReadKeepsTheSlotOfItsWrite) {
  pair_of_classes t(std::vector<rate_limit>{{{4, 60s}}});
  const auto job = t.writes.join(t.now);
  const auto its_read = t.ask(read, t.reads.join_for(job, t.now));
  ASSERT_TRUE(its_read);
  EXPECT_TRUE(t.send(read));
  EXPECT_TRUE(t.send(read));
  EXPECT_EQ(t.wait(read), 60s) << "the last one is the write's";
  EXPECT_EQ(t.writes.head(), job);
  EXPECT_TRUE(t.ask(write, job));
  EXPECT_EQ(t.wait(write), 60s);
}

TEST(SharedBudget, AReadWaitsUntilItsWriteFitsToo) {
  pair_of_classes t(std::vector<rate_limit>{{{4, 60s}}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(t.send(read));
    t.now += 1s;
  }
  const auto job = t.writes.join(t.now);
  const auto its_read = t.reads.join_for(job, t.now);
  EXPECT_EQ(std::get<time_point>(t.reads.acquire(its_read, t.now)), start + 60s);
  EXPECT_EQ(t.writes.due(job, t.now), start + 60s);
  t.now = start + 60s;
  EXPECT_TRUE(t.ask(read, its_read));
  EXPECT_EQ(t.writes.due(job, t.now), t.now);
}

TEST(SharedBudget, AReservationEndsWhenItsWriteLeavesOrReadsAgain) {
  for (const bool leaves : {true, false}) {
    pair_of_classes t(std::vector<rate_limit>{{{4, 60s}}});
    const auto job = t.writes.join(t.now);
    EXPECT_TRUE(t.ask(read, t.reads.join_for(job, t.now)));
    EXPECT_TRUE(t.send(read));
    EXPECT_TRUE(t.send(read));
    EXPECT_EQ(t.wait(read), 60s);
    if (leaves)
      t.writes.leave(job);
    else
      t.reads.leave(t.reads.join_for(job, t.now));
    EXPECT_EQ(t.wait(read), 0s) << leaves;
  }
}

TEST(SharedBudget, AWriteWithAReservationGoesFirst) {
  pair_of_classes t(std::vector<rate_limit>{{{4, 60s}}});
  const auto first = t.writes.join(t.now), second = t.writes.join(t.now);
  EXPECT_TRUE(t.ask(read, t.reads.join_for(second, t.now)));
  EXPECT_EQ(t.writes.head(), second);
  EXPECT_TRUE(t.ask(write, second));
  EXPECT_EQ(t.writes.head(), first);
  EXPECT_TRUE(t.ask(write, first));
}

TEST(SharedBudget, WhereAPairNeverFitsNothingIsReserved) {
  pair_of_classes t(std::vector<rate_limit>{{{1, 10s}}});
  const auto job = t.writes.join(t.now);
  const auto its_read = t.ask(read, t.reads.join_for(job, t.now));
  ASSERT_TRUE(its_read);
  t.reads.closed(*its_read, t.now, rate_facts{}, 0);
  EXPECT_EQ(t.writes.due(job, t.now), t.now + 10s);
  t.now += 10s;
  EXPECT_TRUE(t.ask(write, job));
}

TEST(SharedBudget, TheHeadThatFoundItUsedUpFirstGoesFirst) {
  for (const auto first : {read, write}) {
    const auto second = first == read ? write : read;
    pair_of_classes t(std::vector<rate_limit>{{{1, 10s}}});
    EXPECT_TRUE(t.send(read));
    const auto a = t.of(first).join(t.now), b = t.of(second).join(t.now);
    EXPECT_FALSE(t.ask(first, a));
    EXPECT_FALSE(t.ask(second, b));
    t.now += 10s;
    EXPECT_FALSE(t.ask(second, b));
    EXPECT_TRUE(t.ask(first, a));
  }
}

TEST(SharedBudget, AThrottledReplyClosesWhatItsScopeSays) {
  struct row {
    throttle_scope scope;
    duration read_waits, write_waits;
  };
  const row rows[] = {
      {throttle_scope::own_class, 0s, 30s}, {throttle_scope::all, 30s, 30s}, {throttle_scope::id, 0s, 0s}};
  for (const auto& r : rows) {
    pair_of_classes t(std::vector<rate_limit>{{{100, 60s}}});
    rate_facts f;
    f.throttled = true;
    f.retry_after = 30s;
    f.scope = r.scope;
    EXPECT_TRUE(t.send(write, f));
    EXPECT_EQ(t.wait(read), r.read_waits);
    EXPECT_EQ(t.wait(write), r.write_waits);
  }
}

TEST(SharedBudget, HeadersNameTheSharedWindowByItsLimitElseThatOfTheClass) {
  struct row {
    const char* name;
    rate_facts said;  // by the reply to a write
    duration read_waits, write_waits;
  };
  const row rows[] = {
      {"all of it is ours", says(100, 99, 60s), 0s, 0s},
      {"others have used up what is shared", says(100, 0, 40s), 40s, 40s},
      {"others have used up the writes", says(50, 0, 40s), 0s, 40s},
      {"a smaller limit is one of all", says(20, 0, 40s), 40s, 40s},
  };
  for (const auto& r : rows) {
    pair_of_classes t(std::vector<rate_limit>{{{100, 60s}}}, std::vector<rate_window>{{50, 60s}});
    EXPECT_TRUE(t.send(write, r.said)) << r.name;
    EXPECT_EQ(t.wait(read), r.read_waits) << r.name;
    EXPECT_EQ(t.wait(write), r.write_waits) << r.name;
  }
}

TEST(SharedBudget, OwnRequestsOfBothClassesAreNobodyElses) {
  pair_of_classes t(std::vector<rate_limit>{{{100, 60s}, 1, 5}});
  std::uint64_t counted = 0;
  for (int i = 0; i < 30; ++i) {
    const auto k = i % 3 == 0 ? write : read;
    counted += k == write ? 5 : 1;
    if (counted > 100) break;
    EXPECT_TRUE(t.send(k, says(100, 100 - counted, 50s)));
  }
  EXPECT_EQ(t.reads.phantoms() + t.writes.phantoms(), 0u);
  EXPECT_TRUE(t.send(read, says(100, 0, 50s)));
  EXPECT_GT(t.reads.phantoms(), 0u);
}

// ---- what survives ----

TEST(SharedBudget, TheNextProcessCountsBothClasses) {
  const std::vector<rate_limit> all{{{10, 60s}, 1, 4}};
  std::vector<slot_entry> r(100), w(100);
  {
    pair_of_classes t(all, {}, r, w);
    EXPECT_TRUE(t.send(read));
    t.now += 5s;
    EXPECT_TRUE(t.send(write));
    t.now += 5s;
    EXPECT_TRUE(t.ask(write, t.writes.join(t.now))) << "in flight when it dies";
  }
  // Its clock begins again, but that of the entries shows the same moment as before: 10 s earlier.
  for (auto* entries : {&r, &w})
    for (auto& e : *entries)
      if (!e.is_unused()) e = {e.sent - 10'000'000'000, e.closed == 0 ? 0 : e.closed - 10'000'000'000};
  pair_of_classes t(all, {}, r, w);
  EXPECT_TRUE(t.send(read));
  EXPECT_EQ(t.wait(read), 50s) << "the first read comes free";
  EXPECT_EQ(t.wait(write), 55s) << "the first write";
}

// ---- a day ----

constexpr auto day = std::chrono::hours{24};

TEST(DayWindow, NeedsNoEntryForEachRequest) {
  pacer_options o;
  o.windows = {{250'000, day}, {100, 10s}};
  EXPECT_EQ(pacer::entries_needed(o), 100u + 1'024u);
  EXPECT_EQ(pacer::minutes_needed(o), minute_entry::needed);
  o.windows = {{5'000, 1h}};
  EXPECT_EQ(pacer::entries_needed(o), 5'000u + 1'024u);
  EXPECT_EQ(pacer::minutes_needed(o), 0u);
  o.windows.clear();
  o.shared = {{{250'000, day}}};
  EXPECT_EQ(pacer::entries_needed(o), 1'024u);
  EXPECT_EQ(pacer::minutes_needed(o), minute_entry::needed);
}

TEST(DayWindow, IsExactWhileItLastsAndComesBackByTheMinute) {
  pacer_options o;
  o.windows = {{3'000, day}};
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  std::vector<minute_entry> minutes(pacer::minutes_needed(o));
  const kept_quota kept(entries, minutes);
  time_point now = start;
  const auto there = [](time_point t) { return t - start + 1'000'000s; };
  const auto send = [&](pacer& p) {
    const auto t = p.join(now);
    const auto answer = p.acquire(t, now);
    if (const auto* slot = std::get_if<pacer::slot>(&answer)) {
      p.closed(*slot, now, rate_facts{}, 0);
      return duration::zero();
    }
    p.leave(t);
    return std::get<time_point>(answer) - now;
  };
  {
    pacer p(o, kept, now, there(now));
    for (int i = 0; i < 3'000; ++i, now += 100ms) ASSERT_EQ(send(p), 0s) << i;
    EXPECT_EQ(send(p), day - 300s) << "exact, to the request";
  }
  // More than there are entries: the next process knows them by their minutes.
  pacer p(o, kept, now, there(now));
  const auto waits = send(p);
  EXPECT_GE(waits, day - 300s);
  EXPECT_LE(waits, day - 300s + 60s);
  now += waits;
  int more = 0;
  while (send(p) == 0s) ++more;
  EXPECT_GT(more, 0);
  EXPECT_LE(more, 600) << "one minute's";
}

TEST(DayWindow, CountsWhatWasInFlightWhenAProcessDied) {
  pacer_options o;
  o.windows = {{2, day}};
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  std::vector<minute_entry> minutes(pacer::minutes_needed(o));
  {
    pacer p(o, {entries, minutes}, start, 1'000'000s);
    EXPECT_TRUE(std::holds_alternative<pacer::slot>(p.acquire(p.join(start), start)));
    EXPECT_TRUE(std::holds_alternative<pacer::slot>(p.acquire(p.join(start), start)));
  }
  for (int life = 0; life < 3; ++life) {
    pacer p(o, {entries, minutes}, start, 1'000'100s);
    const auto answer = p.acquire(p.join(start), start);
    ASSERT_TRUE(std::holds_alternative<time_point>(answer)) << life;
    EXPECT_EQ(std::get<time_point>(answer), start + day) << life;
  }
}

TEST(DayWindow, AMinuteThatWasAlteredCountsAsAllOfItNow) {
  pacer_options o;
  o.windows = {{1'000'000, day}};
  std::vector<slot_entry> entries(pacer::entries_needed(o));
  std::vector<minute_entry> minutes(pacer::minutes_needed(o));
  reinterpret_cast<std::uint64_t&>(minutes[7]) = 0x1234'5678'9abc'def0;
  pacer p(o, {entries, minutes}, start, 1'000'000s);
  EXPECT_EQ(std::get<time_point>(p.acquire(p.join(start), start)), start + day);
}

}  // namespace
}  // namespace pawl::policy
