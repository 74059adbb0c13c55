#include "engine/run/job_feed.hpp"

#include "config/profile_loader.hpp"
#include "tests/unit/config/productlane.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace pawl::run {
namespace {

using config::by_name::productlane;

namespace asio = boost::asio;
using ::testing::ElementsAre;

input::job_source rows(int count) {
  std::string text = "id,title\n";
  for (int n = 1; n <= count; ++n) text += "t" + std::to_string(n) + ",x\n";
  input::source_options options;
  options.format = input::file_format::csv;
  auto source = input::job_source::from_bytes("jobs.csv", text, productlane(), options);
  return *std::move(source);
}

// The rows that a taker gets, one at a time; `before` runs before each.
asio::awaitable<void> take_all(job_feed& feed, asio::io_context& io, std::vector<std::uint64_t>& taken,
                               std::function<void(std::size_t)> before) {
  job_buffer job;
  row_error bad;
  async::wakeup alarm(io);
  for (;;) {
    before(taken.size());
    auto got = feed.try_take(job, bad);
    while (!got) {
      co_await feed.change(alarm, time_point::max());
      got = feed.try_take(job, bad);
    }
    if (got != job_feed::taken::job) co_return;
    taken.push_back(job.view().row);
    feed.finished(job.view().id);
  }
}

struct walk {
  std::vector<std::uint64_t> taken;
  std::uint64_t begun = 0;
  bool limited = false, exhausted = false;
};

walk take(int count, std::optional<std::uint64_t> limit,
          const std::function<void(job_feed&, std::size_t)>& before) {
  asio::io_context io;
  auto source = rows(count);
  const ledger::row_set done;
  job_feed feed(io, source, done, 4, limit);
  walk w;
  asio::co_spawn(io, take_all(feed, io, w.taken, [&](std::size_t n) { before(feed, n); }), asio::detached);
  const auto work = asio::make_work_guard(io);
  while (!feed.exhausted() && !feed.limited()) io.run_one();
  io.poll();
  w.begun = feed.begun();
  w.limited = feed.limited();
  w.exhausted = feed.exhausted();
  return w;
}

TEST(JobFeed, PassesOverClaimedRowsAndRefusesClaimsOnThoseHandedOut) {
  const auto w = take(6, {}, [](job_feed& feed, std::size_t taken) {
    if (taken == 0) {
      EXPECT_TRUE(feed.claim(2));
      EXPECT_FALSE(feed.claim(2)) << "once";
      EXPECT_TRUE(feed.claim(5));
    }
    if (taken == 2) {
      EXPECT_FALSE(feed.claim(1));
      EXPECT_FALSE(feed.claim(3)) << "the newest that was handed out";
      EXPECT_TRUE(feed.claim(4));
    }
  });
  EXPECT_THAT(w.taken, ElementsAre(1, 3, 6));
  EXPECT_EQ(w.begun, 6u);
  EXPECT_TRUE(w.exhausted);
}

TEST(JobFeed, CountsClaimedRowsAgainstTheLimit) {
  const auto w = take(6, 4, [](job_feed& feed, std::size_t taken) {
    if (taken == 0) {
      EXPECT_TRUE(feed.claim(1));
      EXPECT_TRUE(feed.claim(3));
    }
  });
  EXPECT_THAT(w.taken, ElementsAre(2, 4));
  EXPECT_TRUE(w.limited);
  EXPECT_FALSE(w.exhausted);
}

}  // namespace
}  // namespace pawl::run
