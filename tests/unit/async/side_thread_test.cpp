#include "engine/async/side_thread.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <optional>
#include <semaphore>
#include <thread>

namespace pawl::async {
namespace {

using then = side_thread::then;

// Steps that are counted, each of which ends when the test lets it.
struct steps {
  boost::asio::io_context io;
  std::counting_semaphore<64> begun{0}, allowed{0};
  std::atomic<int> taken{0};
  std::function<then(int)> after = [](int) {
    return then::rest;
  };  // of the step's number; set before start()
  std::optional<side_thread> thread;

  void start() {
    thread.emplace(io, [this] {
      begun.release();
      allowed.acquire();
      return after(++taken);
    });
  }
  void let(int count) {
    for (int i = 0; i < count; ++i) {
      begun.acquire();
      allowed.release();
    }
  }
};

TEST(SideThread, TakesItsFirstStepAtOnceAndTheOthersWhenNudged) {
  steps s;
  s.start();
  s.let(1);
  s.thread->nudge();
  s.let(1);
  s.thread->nudge();
  s.let(1);
  s.thread.reset();
  EXPECT_EQ(s.taken, 3);
}

TEST(SideThread, ANudgeDuringAStepIsNotLost) {
  steps s;
  s.start();
  s.begun.acquire();
  s.thread->nudge();  // the first step is under way
  s.allowed.release();
  s.let(1);
  s.thread.reset();
  EXPECT_EQ(s.taken, 2);
}

TEST(SideThread, GoesOnByItselfWhereThereIsMore) {
  steps s;
  s.after = [](int step) { return step < 5 ? then::again : then::rest; };
  s.start();
  s.let(5);
  s.thread.reset();
  EXPECT_EQ(s.taken, 5);
}

TEST(SideThread, TakesNoStepAfterItsEnd) {
  steps s;
  s.after = [](int) { return then::end; };
  s.start();
  s.let(1);
  s.thread->nudge();
  s.thread.reset();
  EXPECT_EQ(s.taken, 1);
  EXPECT_FALSE(s.begun.try_acquire());
}

TEST(SideThread, ItsEndWaitsForTheStepThatIsUnderWay) {
  steps s;
  s.start();
  s.begun.acquire();
  std::thread later([&s] { s.allowed.release(); });
  s.thread.reset();
  EXPECT_EQ(s.taken, 1);
  later.join();
}

}  // namespace
}  // namespace pawl::async
