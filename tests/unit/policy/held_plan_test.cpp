#include "engine/policy/held_plan.hpp"

#include "engine/policy/needless_write.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
constexpr time_point held_start{1000s};

TEST(HeldPlan, ServesForAsLongAsAReadDoes) {
  struct {
    duration age, margin;
    bool serves;
  } const rows[] = {{0s, 0s, true}, {5s, 0s, true},  {5s + 1ns, 0s, false},
                    {3s, 2s, true}, {4s, 2s, false}, {0s, 6s, false}};
  for (const auto& row : rows) {
    held_plan held;
    EXPECT_FALSE(held.serves(held_start + row.age, row.margin, 5s)) << "there is none";
    held.made(held_start);
    EXPECT_EQ(held.serves(held_start + row.age, row.margin, 5s), row.serves);
    held.seen_again(held_start + row.age);
    EXPECT_TRUE(held.serves(held_start + row.age, 5s, 5s));
    held.drop();
    EXPECT_FALSE(held.is_there());
    EXPECT_FALSE(held.serves(held_start, 0s, 5s));
  }
}

TEST(HeldPlan, WhatIsOutdatedTellsWhatWasSentAndServesNoMore) {
  held_plan held;
  held.outdate();
  EXPECT_FALSE(held.is_there());
  held.made(held_start);
  held.outdate();
  EXPECT_TRUE(held.is_there());
  EXPECT_FALSE(held.serves(held_start, 0s, 5s));
  held.seen_again(held_start);
  EXPECT_FALSE(held.serves(held_start, 0s, 5s)) << "another read does not bring it back";
  held.made(held_start);
  EXPECT_TRUE(held.serves(held_start, 0s, 5s));
}

TEST(HeldPlan, LetsGoOfAWholeResourceWhenItWaits) {
  for (const bool whole : {false, true}) {
    held_plan held;
    held.made(held_start);
    held.plan.body = held.plan.pre_image = std::string(4096, 'x');
    held.plan.old_values = "{}";
    held.keep_through_wait(whole);
    EXPECT_EQ(held.serves(held_start, 0s, 5s), !whole);
    EXPECT_TRUE(held.is_there()) << "what was sent can still be compared";
    EXPECT_EQ(held.plan.old_values, "{}");
    if (whole) {
      EXPECT_LT(held.plan.body.capacity(), 64u);
      EXPECT_LT(held.plan.pre_image.capacity(), 64u);
    }
    held.seen_again(held_start + 1s);
    EXPECT_EQ(held.serves(held_start + 1s, 0s, 5s), !whole) << "a look does not bring the rest back";
    held.made(held_start + 2s);
    EXPECT_TRUE(held.serves(held_start + 2s, 0s, 5s));
  }
}

TEST(HeldPlan, ThereIsNothingToLetGoOfBeforeThereIsAPlan) {
  held_plan held;
  held.keep_through_wait(true);
  EXPECT_FALSE(held.is_there());
}

TEST(NeedlessWrite, IsSkippedOrUnchanged) {
  struct {
    std::string unmet;
    bool sends;
    verified shown;
    bool needless;
    outcome result;
    verified how;
    std::string code;
  } const rows[] = {
      {"", true, verified::full, false, {}, {}, ""},
      {"", false, verified::full, true, outcome::unchanged, verified::full, ""},
      {"", false, verified::partial, true, outcome::unchanged, verified::partial, ""},
      {"status is \"done\"", true, verified::full, true, outcome::skipped, verified::none, "precondition"},
      {"status is \"done\"", false, verified::full, true, outcome::skipped, verified::none, "precondition"},
  };
  for (const auto& row : rows) {
    api::write_plan plan;
    plan.unmet = row.unmet;
    plan.shown = row.shown;
    if (row.sends) plan.send.push_back({field_index{0}, "status", "\"done\""});
    const auto found = needless_write(plan);
    ASSERT_EQ(found.has_value(), row.needless);
    if (!found) continue;
    EXPECT_EQ(found->result, row.result);
    EXPECT_EQ(found->how, row.how);
    const auto note = found->note(200);
    EXPECT_EQ(note.code, row.code);
    EXPECT_EQ(note.message, row.unmet);
    EXPECT_EQ(note.http_status, row.unmet.empty() ? 0 : 200);
  }
}

}  // namespace
}  // namespace pawl::policy
