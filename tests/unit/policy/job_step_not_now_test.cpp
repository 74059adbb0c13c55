// Rows that cannot be written now: locked, throttled again and again, on the wrong connection.
#include "engine/text/json_path.hpp"
#include "tests/unit/policy/job_step_blind_walk.hpp"
#include "tests/unit/policy/job_step_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::policy {
namespace {

using namespace std::chrono_literals;
using by_hand::item;
using ::testing::HasSubstr;

TEST(JobStepNotNow, WhatIsLockedWaitsByItself) {
  for (const int status : {423, 425}) {
    by_hand::walk w;
    w.read_and_send();
    for (int met = 1; met <= 30; ++met) {
      ASSERT_EQ(w.write_answers(status), "sleep") << met;
      EXPECT_FALSE(w.step->last().outage);
      ASSERT_EQ(w.wake(), "queue");
      if (std::get_if<action::queue_for_write>(&w.next)->lead == 2s) {
        ASSERT_EQ(w.feed(event::near_due{}), "read");
        ASSERT_EQ(w.read_shows(by_hand::untouched), "queue");
      }
      w.to_the_wire();
    }
    ASSERT_EQ(w.write_answers(200, by_hand::wanted), "finish");
    EXPECT_EQ(w.result(), outcome::applied);
  }
}

// The pacer's gate is for the class; a row that is told so again and again leaves its slot to others.
TEST(JobStepNotNow, ARowThatIsThrottledAgainAndAgainWaitsByItself) {
  for (const bool of_read : {false, true}) {
    by_hand::walk w;
    if (of_read) {
      w.feed(event::started{});
      ASSERT_EQ(w.feed(event::near_due{}), "read");
    } else {
      w.read_and_send();
    }
    duration last{};
    for (int met = 1; met <= 8; ++met) {
      const auto said = w.answer(of_read, 429, {});
      if (met <= 2) {
        ASSERT_EQ(said, of_read ? "read" : "queue") << met;
      } else {
        ASSERT_EQ(said, "sleep") << met;
        const auto wait = std::get<action::sleep>(w.next).until - w.now;
        EXPECT_GT(wait, last) << met;
        last = met < 8 ? wait : duration{};
        ASSERT_EQ(w.wake(), "queue") << met;
        if (of_read) {
          ASSERT_EQ(w.feed(event::near_due{}), "read");
          continue;
        }
        if (std::get<action::queue_for_write>(w.next).lead == 2s) {
          ASSERT_EQ(w.feed(event::near_due{}), "read");
          ASSERT_EQ(w.read_shows(by_hand::untouched), "queue");
        }
      }
      if (!of_read) w.to_the_wire();
    }
  }
}

TEST(JobStepNotNow, AMisdirectedRequestGoesAgainOnANewConnection) {
  blind::blind_walk w;
  w.to_the_wire();
  auto next = w.answer(421, "");
  ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
  EXPECT_TRUE(w.step.last().misdirected);
  w.now = std::get<action::sleep>(next).until;
  ASSERT_TRUE(std::holds_alternative<action::queue_for_write>(w.feed(event::woke{})));
  next = w.feed(event::near_due{});
  ASSERT_TRUE(std::holds_alternative<action::lease>(next));
  EXPECT_EQ(std::get<action::lease>(next).need, connection_need::unused);
  ASSERT_TRUE(std::holds_alternative<action::await_grant>(w.feed(event::leased{})));
}

TEST(JobStepNotNow, NoWaitOfARowAloneIsAsLongAsAStrangerLikes) {
  blind::blind_walk w;
  w.profile.headers.retry_after = "Retry-After";
  w.headers = {{"Retry-After", "86400"}};
  w.to_the_wire();
  const auto next = w.answer(421, "");
  ASSERT_TRUE(std::holds_alternative<action::sleep>(next));
  EXPECT_LE(std::get<action::sleep>(next).until - w.now, 60s);
}

TEST(JobStepNotNow, TheConnectionComesBeforeTheReadWhereItTakesLong) {
  by_hand::walk w;
  w.feed(event::started{});
  w.feed(event::near_due{});
  ASSERT_EQ(w.read_shows(by_hand::untouched), "queue");
  for (int lease = 1; lease <= 2; ++lease) {
    ASSERT_EQ(w.feed(event::near_due{}), "lease");
    w.now += 6s;
    ASSERT_EQ(w.feed(event::leased{}), "read");
    EXPECT_EQ(std::get<action::read>(w.next).keeps_connection, lease == 2);
    w.now += 6s;
    ASSERT_EQ(w.read_shows(by_hand::untouched), lease == 1 ? "queue" : "grant");
  }
  ASSERT_EQ(w.feed(event::granted{}), "intent");
  ASSERT_EQ(w.feed(event::intent_committed{}), "send");
}

}  // namespace
}  // namespace pawl::policy
