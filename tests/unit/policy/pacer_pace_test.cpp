// How close the pacer comes to the best possible time, in virtual time.
#include "engine/policy/pacer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <queue>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;

// The k-th request cannot leave before the one `limit` places earlier is a window old.
duration best_possible(const std::vector<rate_window>& windows, std::size_t requests) {
  std::vector<duration> at(requests);
  for (std::size_t k = 0; k < requests; ++k)
    for (const auto& w : windows)
      if (k >= w.limit) at[k] = std::max<duration>(at[k], at[k - w.limit] + w.length);
  return at.back();
}

// `slots` workers that send as soon as they are let, each reply after `reply`; the time of the last sending.
duration time_taken(const std::vector<rate_window>& windows, std::size_t requests, std::size_t slots,
                    duration reply) {
  const time_point start{1h};
  pacer p({windows}, {}, start, 0s);
  using ending = std::pair<time_point, pacer::slot>;
  std::priority_queue<ending, std::vector<ending>, std::greater<>> replies;
  time_point now = start, last = start;
  for (std::size_t sent = 0; sent < requests;) {
    while (p.waiting() + replies.size() < slots && sent + p.waiting() < requests) p.join(now);
    std::optional<time_point> next;
    if (const auto head = p.head()) {
      const auto answer = p.acquire(*head, now);
      if (const auto* slot = std::get_if<pacer::slot>(&answer)) {
        p.sent(*slot, now);
        replies.emplace(now + reply, *slot);
        last = now;
        ++sent;
        continue;
      }
      next = std::get<time_point>(answer);
      EXPECT_GT(*next, now);
    }
    if (!replies.empty() && (!next || replies.top().first <= *next)) {
      now = replies.top().first;
      p.closed(replies.top().second, now, rate_facts{}, 0);
      replies.pop();
    } else {
      now = *next;
    }
  }
  return last - start;
}

TEST(PacerPace, StaysWithinThreePercentOfTheBestPossibleTime) {
  const std::vector<rate_window> windows{{60, 10s}, {20, 2s}};
  const duration best = best_possible(windows, 190);
  ASSERT_EQ(best, 30s);  // 20 at once each 2 s, 60 in 10 s: the last ten leave after 30 s
  for (const duration reply : {0ms, 80ms})
    for (const std::size_t slots : {2u, 4u, 16u, 64u}) {
      const duration taken = time_taken(windows, 190, slots, reply);
      EXPECT_GE(taken, best);
      EXPECT_LE(taken, best + best * 3 / 100) << slots << " slots, replies after " << reply / 1ms << " ms";
    }
}

TEST(PacerPace, LosesOnlyTheReplyTimePerWindow) {
  // 60/min with replies after 600 ms (1 % of the window): 99 % of the quota.
  const std::vector<rate_window> windows{{60, 60s}};
  const duration best = best_possible(windows, 6'000);
  EXPECT_LE(time_taken(windows, 6'000, 60, 600ms), best * 101 / 100);
}

TEST(PacerPace, UsesThousandsASecond) {
  const std::vector<rate_window> windows{{5'000, 1s}, {200'000, 60s}};
  const duration best = best_possible(windows, 100'000);
  EXPECT_LE(time_taken(windows, 100'000, 512, 5ms), best * 101 / 100);
}

}  // namespace
}  // namespace pawl::policy
