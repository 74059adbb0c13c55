#include "engine/client/attempt.hpp"
#include "engine/sys/clock.hpp"
#include "tests/shells/support/stage.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace pawl::client {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::stage;

struct turn_stage : stage {
  policy::pacer_options options = one_per_ten_seconds();
  policy::pacer pacer{options, {}, clock::now(), {}};
  send_line line{io, pacer};
  std::unique_ptr<http::connection_pool> pool = *http::connection_pool::create(io, {});
  send_line::place place{io};
  http::acquired got;

  turn_stage() { start(line.run()); }

  static policy::pacer_options one_per_ten_seconds() {
    policy::pacer_options o;
    o.windows = {{1, 10s}};
    return o;
  }
  turn take() { return result_of(take_turn(line, place, *pool, got)); }
  void end() {
    got.connection = {};
    line.cancel_all();
    run_to_the_end();
  }
};

TEST(TakeTurn, BringsAConnectionAndASlot) {
  turn_stage s;
  EXPECT_EQ(s.take(), turn::taken);
  EXPECT_TRUE(s.got.connection);
  EXPECT_TRUE(send_line::holds_slot(s.place));
  EXPECT_EQ(s.pacer.waiting(), 0u);
  s.line.give_back(s.place, clock::now());
  s.end();
}

TEST(TakeTurn, SaysWhyThereIsNoConnectionAndLeavesTheLine) {
  turn_stage s;
  s.network.opening = {transport_fault::connect};
  EXPECT_EQ(s.take(), turn::unreachable);
  EXPECT_FALSE(s.got.connection);
  EXPECT_EQ(s.got.fact.fault, transport_fault::connect);
  EXPECT_EQ(s.got.fact.detail, "no route in this test");
  EXPECT_EQ(s.pacer.waiting(), 0u);
  EXPECT_FALSE(send_line::holds_slot(s.place));
  s.end();
}

// The API asks for a pause while the connection is being opened: nobody holds one through it.
TEST(TakeTurn, GivesTheConnectionBackWhereThePlaceHasMovedAway) {
  turn_stage s;
  send_line::place before(s.io);
  s.network.opening_takes = 100ms;
  std::optional<turn> mine;
  const auto take = [&]() -> asio::awaitable<void> {
    mine = co_await take_turn(s.line, s.place, *s.pool, s.got);
  };
  s.start(take());
  s.run_until([&] { return s.network.being_opened == 1; });
  policy::rate_facts facts;
  facts.throttled = true;
  facts.retry_after = 60s;
  policy::pacer other(s.options, {}, clock::now(), {});
  // Another request of the class was answered with a long pause.
  s.line.leave(s.place);
  ASSERT_TRUE(s.line.try_grant(before, clock::now()));
  s.line.sent(before, clock::now());
  s.line.closed(before, clock::now(), facts, 0);
  s.run_until([&] { return mine.has_value(); });
  EXPECT_EQ(*mine, turn::delayed);
  EXPECT_FALSE(s.got.connection);
  EXPECT_EQ(s.network.on_loan, 0u);
  EXPECT_EQ(s.pacer.waiting(), 1u) << "it keeps its place";
  s.end();
  s.line.leave(s.place);
}

// Cancelled after each handler of a turn that waits for its due time and opens a connection.
TEST(TakeTurn, EndsWhereverItIsCancelledAndHoldsNothing) {
  const auto walk = [](std::size_t steps_before, std::size_t& whole) {
    turn_stage s;
    s.network.opening_takes = 2s;
    send_line::place before(s.io);
    EXPECT_TRUE(s.line.try_grant(before, clock::now()));
    s.line.sent(before, clock::now());
    s.line.closed(before, clock::now(), {}, 0);
    std::optional<turn> mine;
    const auto take = [&]() -> asio::awaitable<void> {
      mine = co_await take_turn(s.line, s.place, *s.pool, s.got);
    };
    const auto began = clock::now();
    s.start(take());
    s.run_until([&] { return mine.has_value() || s.steps() >= steps_before; });
    whole = s.steps();
    const bool had_ended = mine.has_value();
    s.line.cancel_all();
    s.pool->cancel_all();
    s.run_to_the_end();
    EXPECT_TRUE(mine.has_value());
    if (had_ended) {
      EXPECT_EQ(*mine, turn::taken);
      EXPECT_GE(clock::now() - began, 10s);
      s.line.give_back(s.place, clock::now());
    } else {
      // A connection that is being opened ends as one that cannot be.
      EXPECT_TRUE(*mine == turn::cancelled || *mine == turn::unreachable);
      EXPECT_FALSE(s.got.connection);
      EXPECT_FALSE(send_line::holds_slot(s.place));
      EXPECT_EQ(s.pacer.waiting(), 0u);
    }
    s.got.connection = {};
    EXPECT_EQ(s.network.on_loan, 0u);
  };
  std::size_t whole = 0, unused = 0;
  walk(1'000'000, whole);
  ASSERT_GT(whole, 3u);
  for (std::size_t n = 0; n < whole; ++n) {
    SCOPED_TRACE(n);
    walk(n, unused);
  }
}

TEST(RateFactsOf, AreThereOnlyWithAReply) {
  api::header_names names;
  names.remaining = "X-Remaining";
  const header_field fields[] = {{"X-Remaining", "7"}};
  attempt_fact fact;
  fact.reached = phase::maybe_applied;
  EXPECT_FALSE(rate_facts_of(names, fact, true));
  fact.reached = phase::answered;
  EXPECT_TRUE(rate_facts_of(names, fact, true)->throttled);
  EXPECT_FALSE(rate_facts_of(names, fact, false)->remaining);
  fact.headers = fields;
  EXPECT_EQ(rate_facts_of(names, fact, false)->remaining, 7u);
}

}  // namespace
}  // namespace pawl::client
