#include "cli/terminal/signals.hpp"

#include "engine/app/blocking.hpp"
#include "engine/app/stop_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <utility>
#include <vector>

namespace pawl::cli {
namespace {

TEST(SignalHandlers, CountsSignalsThatCameBeforeAndWhileItWatches) {
  boost::asio::io_context io;
  app::stop_request signals;
  const signal_handlers handlers(signals);
  app::stop_watch watch(signals);
  EXPECT_EQ(signals.first(), 0);
  EXPECT_FALSE(signals.came());
  std::raise(SIGTERM);
  EXPECT_EQ(signals.first(), SIGTERM);
  EXPECT_TRUE(signals.came());

  std::vector<std::pair<int, int>> heard;
  const auto hear = [&](int number, int so_far) {
    heard.emplace_back(number, so_far);
    if (so_far == 1) std::raise(SIGINT);
    if (so_far == 2) watch.stop();
  };
  boost::asio::co_spawn(io, watch.watch(io, hear), [](const std::exception_ptr& e) { EXPECT_FALSE(e); });
  io.run();
  const std::vector<std::pair<int, int>> expected{{SIGTERM, 1}, {SIGINT, 2}};
  EXPECT_EQ(heard, expected);
  EXPECT_EQ(signals.first(), SIGTERM);
}

TEST(SignalHandlers, StoppedBeforeItStartsEndsAtOnce) {
  boost::asio::io_context io;
  const app::stop_request nobody;
  app::stop_watch watch(nobody);
  watch.stop();
  boost::asio::co_spawn(io, watch.watch(io, {}), [](const std::exception_ptr& e) { EXPECT_FALSE(e); });
  io.run();
}

TEST(SignalHandlers, PutsBackWhatWasThere) {
  struct sigaction before{}, after{};
  ::sigaction(SIGHUP, nullptr, &before);
  {
    app::stop_request request;
    const signal_handlers handlers(request);
  }
  ::sigaction(SIGHUP, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

boost::asio::awaitable<int> answer(bool throws) {
  if (throws) throw std::runtime_error("no");
  co_return 42;
}

TEST(WaitFor, GivesBackTheValueOrTheException) {
  boost::asio::io_context io;
  EXPECT_EQ(app::wait_for(io, answer(false)), 42);
  EXPECT_EQ(app::wait_for(io, answer(false)), 42);
  EXPECT_THROW(app::wait_for(io, answer(true)), std::runtime_error);
}

}  // namespace
}  // namespace pawl::cli
