#include "engine/policy/wait_reason.hpp"

#include <gtest/gtest.h>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
constexpr time_point waiting_now{1000s};

TEST(WaitReason, TheGravestCounts) {
  api::header_names names;
  names.retry_after = "Retry-After";
  wait_facts facts;
  const auto says = [&](std::string_view what, std::optional<time_point> until = {}) {
    const auto reason = why_it_waits(facts, waiting_now, names);
    EXPECT_EQ(reason.what, what);
    EXPECT_EQ(reason.until, until);
  };
  says("");
  // From the least to the gravest: each hides those before it.
  facts.next_due = waiting_now + 501ms;
  says("quota", waiting_now + 501ms);
  facts.rows = {waiting_now + 700s, true};
  says("the limits of one resource (limits.each)", waiting_now + 700s);
  facts.rows->by_each = false;
  says("rows that are not ready", waiting_now + 700s);
  facts.pages = {3, 40};
  says("list pages (3 read, 40 rows settled)");
  facts.trouble_since = waiting_now - 1001ms;
  says("the API to come back");
  facts.pause = {waiting_now + 30s, asking_header::retry_after};
  says("the pause that the API asked for (Retry-After)", waiting_now + 30s);
  facts.is_open = true;
  says("the API to come back");
  facts.next_probe = waiting_now + 2s;
  says("the API to come back", waiting_now + 2s);
}

TEST(WaitReason, OrdinaryWorkIsNone) {
  const api::header_names names;
  struct {
    const char* what;
    std::optional<time_point> next_due, trouble_since;
    std::uint32_t in_flight;
  } const rows[] = {{"due soon", waiting_now + 500ms, {}, 0},
                    {"requests on the wire", waiting_now + 10s, {}, 1},
                    {"a failure a moment ago", {}, waiting_now - 1s, 0}};
  for (const auto& row : rows) {
    wait_facts facts;
    facts.next_due = row.next_due;
    facts.trouble_since = row.trouble_since;
    facts.in_flight = row.in_flight;
    EXPECT_EQ(why_it_waits(facts, waiting_now, names).what, "") << row.what;
  }
}

TEST(WaitReason, APauseThatNoHeaderAskedForIsThrottling) {
  wait_facts facts;
  facts.pause = {waiting_now + 1s, asking_header::none};
  EXPECT_EQ(why_it_waits(facts, waiting_now, {}).what, "the API, which throttles");
}

TEST(AskedPause, TheLaterOneCounts) {
  const asked_pause early{waiting_now + 1s, asking_header::reset},
      late{waiting_now + 2s, asking_header::retry_after};
  EXPECT_EQ(later_of({}, {}), std::nullopt);
  EXPECT_EQ(later_of(early, {}), early);
  EXPECT_EQ(later_of({}, early), early);
  EXPECT_EQ(later_of(early, late), late);
  EXPECT_EQ(later_of(late, early), late);
}

}  // namespace
}  // namespace pawl::policy
