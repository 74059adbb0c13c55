#include "engine/run/batch_rows.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::run {
namespace {

namespace action = policy::action;
using namespace std::chrono_literals;

const action::queue_for_write to_read{2s}, nearly_due{500ms};

struct made_rows {
  api::profile profile;
  api::reply_reader reader{profile};
  policy::step_options options;
  std::vector<batch_row> rows;

  void add(policy::step_action next, std::uint64_t sent_with = with_any, std::uint32_t read_with = 100) {
    auto job = std::make_unique<job_in_hand>(profile, reader, nullptr, options);
    job->sent_with = sent_with;
    rows.push_back({std::move(job), std::move(next), read_with});
  }
};

batch_turn turn_of(std::vector<policy::step_action> wanted, batch_facts facts = {true, false}) {
  made_rows made;
  for (auto& one : wanted) made.add(std::move(one));
  return next_turn(made.rows, facts);
}

TEST(BatchRows, WhatHoldsASlotGoesFirstAndWhatNeedsNothingLast) {
  const action::stop_run stop{{}, {}, false};
  EXPECT_EQ(turn_of({}), batch_turn::none);
  EXPECT_EQ(turn_of({action::read{}, action::commit_intent{}, action::send{}}), batch_turn::commit)
      << "one slot is for one request";
  EXPECT_EQ(turn_of({action::read{}, stop, action::send{}}), batch_turn::send);
  EXPECT_EQ(turn_of({action::read{}, stop, action::commit_intent{}}), batch_turn::commit);
  EXPECT_EQ(turn_of({action::read{}, stop}), batch_turn::stop);
  EXPECT_EQ(turn_of({to_read, action::await_grant{}, action::read{}}), batch_turn::read);
  EXPECT_EQ(turn_of({nearly_due, to_read}), batch_turn::line_up);
  EXPECT_EQ(turn_of({nearly_due, to_read}, {true, true}), batch_turn::line_up);
  EXPECT_EQ(turn_of({nearly_due}, {true, true}), batch_turn::take);
  EXPECT_EQ(turn_of({nearly_due, action::lease{}, action::await_grant{}}), batch_turn::grant);
  EXPECT_EQ(turn_of({action::lease{}, nearly_due}), batch_turn::wait);
  EXPECT_EQ(turn_of({action::sleep{}, action::lease{}}), batch_turn::lease);
  EXPECT_EQ(turn_of({action::sleep{}}), batch_turn::sleep);
  // Where the API has no read of several, each reads when the others have gone.
  EXPECT_EQ(turn_of({action::read{}, action::lease{}}, {false, false}), batch_turn::lease);
  EXPECT_EQ(turn_of({action::read{}, action::sleep{}}, {false, false}), batch_turn::read_alone);
}

TEST(BatchRows, ARequestThatIsNotFullWaitsALittleForMore) {
  const time_point now{10s};
  const gathering usual{40, 100, true, now, now + 50ms};
  EXPECT_TRUE(waits_for_more(usual));
  auto g = usual;
  g.rows = 100;
  EXPECT_FALSE(waits_for_more(g)) << "it is full";
  g = usual;
  g.rows = 0;
  EXPECT_FALSE(waits_for_more(g)) << "nobody has a use for it yet";
  g = usual;
  g.more_may_come = false;
  EXPECT_FALSE(waits_for_more(g)) << "the input has ended, or waits for these rows";
  g = usual;
  g.now = g.until;
  EXPECT_FALSE(waits_for_more(g)) << "long enough";
}

TEST(BatchRows, AReadHasAsManyAsEachOfThemAllows) {
  const auto chosen = [](std::vector<std::uint32_t> read_with) {
    made_rows made;
    for (const auto most : read_with) made.add(action::read{}, with_any, most);
    made.add(action::lease{});
    std::vector<std::size_t> positions;
    choose_for_read(made.rows, true, positions);
    return positions;
  };
  using positions = std::vector<std::size_t>;
  EXPECT_EQ(chosen({100, 100, 100}), (positions{0, 1, 2}));
  EXPECT_EQ(chosen({2, 2, 2, 2}), (positions{0, 1}));
  EXPECT_EQ(chosen({100, 1, 100}), (positions{0, 2}));
  EXPECT_EQ(chosen({100, 2, 100}), (positions{0, 1}));
  EXPECT_EQ(chosen({100, 100, 2}), (positions{0, 1}));
  EXPECT_EQ(chosen({1, 1}), positions{});
}

TEST(BatchRows, AWriteHasRowsOfOneNumber) {
  made_rows made;
  made.add(action::lease{}, with_any);
  made.add(action::lease{}, 7);
  made.add(action::read{}, with_any);
  made.add(action::lease{}, with_any);
  made.add(action::lease{}, with_any);
  std::vector<std::size_t> positions;
  choose_for_lease(made.rows, 100, positions);
  EXPECT_EQ(positions, (std::vector<std::size_t>{0, 3, 4}));
  choose_for_lease(made.rows, 2, positions);
  EXPECT_EQ(positions, (std::vector<std::size_t>{0, 3}));
  made.rows[0].next = action::sleep{};
  choose_for_lease(made.rows, 100, positions);
  EXPECT_EQ(positions, std::vector<std::size_t>{1});
}

TEST(BatchRows, WhatMustNotBeSentTwiceGoesAlone) {
  job_view job;
  job.replay_safe = true;
  EXPECT_TRUE(may_be_written_with_others(job));
  job.replay_safe = false;
  EXPECT_FALSE(may_be_written_with_others(job));
}

}  // namespace
}  // namespace pawl::run
