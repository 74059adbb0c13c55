#include "engine/run/job_places.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace pawl::run {
namespace {

using namespace std::chrono_literals;
using policy::load_sign;

// Workers that each take a place and keep it.
struct crew {
  crew(std::uint32_t size, job_places::kind kind) : places(size, kind) {
    for (std::uint32_t k = 0; k < size; ++k) {
      alarms.push_back(std::make_unique<async::wakeup>(io));
      boost::asio::co_spawn(io, work(*alarms.back()), boost::asio::detached);
    }
    settle();
  }
  boost::asio::awaitable<void> work(async::wakeup& alarm) {
    co_await places.take(alarm, job_places::taker::has_none);
    ++with_place;
  }
  // Everything that can happen now, without waiting for what is parked.
  void settle() {
    io.restart();
    io.poll();
  }
  // Replies to `at_once` requests that were sent together.
  void serve(std::uint32_t at_once) {
    std::vector<job_places::mark> sent;
    for (std::uint32_t k = 0; k < at_once; ++k) sent.push_back(places.sent(now));
    now += 100ms;
    for (const auto& m : sent) places.replied(m, job_places::request::write, load_sign::served, now);
    settle();
  }

  boost::asio::io_context io;
  job_places places;
  std::vector<std::unique_ptr<async::wakeup>> alarms;
  std::size_t with_place = 0;
  time_point now{1h};
};

TEST(JobPlaces, AFixedNumberIsForEveryWorker) {
  crew c(16, job_places::kind::fixed);
  EXPECT_EQ(c.with_place, 16u);
  EXPECT_FALSE(c.places.surplus());
  EXPECT_EQ(c.places.found(), std::nullopt);
  c.serve(16);
  EXPECT_FALSE(c.places.surplus());
}

TEST(JobPlaces, ParksWhatTheLimitDoesNotLetAndWakesAsItGrows) {
  crew c(16, job_places::kind::adaptive);
  EXPECT_EQ(c.with_place, 1u);
  for (int k = 0; k < 8; ++k) c.serve(1);
  EXPECT_EQ(c.places.found(), 2u);
  EXPECT_EQ(c.with_place, 2u);
  for (int k = 0; k < 4; ++k) c.serve(2);
  EXPECT_EQ(c.with_place, 4u);

  const auto refused = c.places.sent(c.now);
  c.places.replied(refused, job_places::request::write, load_sign::overload, c.now);
  EXPECT_EQ(c.places.found(), 2u);
  EXPECT_TRUE(c.places.surplus());
  c.places.give_back();
  c.places.give_back();
  c.settle();
  EXPECT_FALSE(c.places.surplus());
  EXPECT_EQ(c.with_place, 4u) << "nobody takes a place that is no more";
  c.places.open_all();
  c.settle();
}

TEST(JobPlaces, APlaceThatIsGivenBackGoesToAParkedWorker) {
  crew c(3, job_places::kind::adaptive);
  c.places.give_back();
  c.settle();
  EXPECT_EQ(c.with_place, 2u);
  c.places.open_all();
  c.settle();
}

TEST(JobPlaces, AJobThatSleptComesBeforeNewOnes) {
  crew c(3, job_places::kind::adaptive);
  async::wakeup alarm(c.io);
  bool is_back = false;
  const auto come_back = [&]() -> boost::asio::awaitable<void> {
    co_await c.places.take(alarm, job_places::taker::has_job);
    is_back = true;
  };
  c.places.give_back();  // it sleeps, and a parked worker goes on
  c.settle();
  ASSERT_EQ(c.with_place, 2u);
  boost::asio::co_spawn(c.io, come_back(), boost::asio::detached);
  c.settle();
  EXPECT_FALSE(is_back);
  EXPECT_TRUE(c.places.surplus()) << "who ends a job makes room";

  c.places.give_back();
  EXPECT_FALSE(c.places.surplus());
  async::wakeup other(c.io);
  bool other_has = false;
  const auto ask_again = [&]() -> boost::asio::awaitable<void> {
    co_await c.places.take(other, job_places::taker::has_none);
    other_has = true;
  };
  boost::asio::co_spawn(c.io, ask_again(), boost::asio::detached);
  c.settle();
  EXPECT_TRUE(is_back);
  EXPECT_FALSE(other_has) << "the place was promised";
  EXPECT_EQ(c.with_place, 2u);
  c.places.open_all();
  c.settle();
  EXPECT_TRUE(other_has);
}

TEST(JobPlaces, NobodyStaysParkedWhenTheRunStops) {
  crew c(16, job_places::kind::adaptive);
  c.places.open_all();
  c.settle();
  EXPECT_EQ(c.with_place, 16u);
  c.serve(1);
  EXPECT_FALSE(c.places.surplus());
}

}  // namespace
}  // namespace pawl::run
