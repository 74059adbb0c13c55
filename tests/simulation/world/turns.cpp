// In the place of engine/async/turns.cpp and side_thread.cpp: which coroutine goes on, and when a side thread
// takes its step, the dice of the world decide.
#include "engine/async/turns.hpp"

#include "engine/async/side_thread.hpp"
#include "engine/async/timer.hpp"
#include "tests/simulation/world/world.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pawl::simulation {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// What of one io_context is ready to go on.
class ready_turns : public asio::execution_context::service {
 public:
  static asio::execution_context::id id;
  explicit ready_turns(asio::execution_context& of) : service(of) {}

  template <class F>
  void add(F f) {
    turns_.push_back(std::make_unique<turn_of<F>>(std::move(f)));
  }
  bool is_empty() const noexcept { return turns_.empty(); }
  void run_any() {
    auto& here = world::here();
    const auto at = turns_.size() == 1 ? 0 : here.turns.below(turns_.size());
    std::swap(turns_[at], turns_.back());
    const auto next = std::move(turns_.back());
    turns_.pop_back();
    here.begin_turn();
    next->take();
  }

 private:
  struct turn {
    turn() = default;
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    virtual ~turn() = default;
    virtual void take() = 0;
  };
  template <class F>
  struct turn_of final : turn {
    explicit turn_of(F from) : f(std::move(from)) {}
    void take() override { std::move(f)(); }
    F f;
  };
  // Frames of coroutines end with the context, as those do that wait in its own queue.
  void shutdown() override { turns_.clear(); }

  std::vector<std::unique_ptr<turn>> turns_;
};
asio::execution_context::id ready_turns::id;

ready_turns& turns_of(asio::execution_context& io) {
  return asio::use_service<ready_turns>(io);
}

// Asio's Executor: what it is given waits for its turn.
class any_turn {
 public:
  explicit any_turn(asio::io_context& io) : io_(&io) {}
  template <class F>
  void execute(F f) const {
    turns_of(*io_).add(std::move(f));
  }
  asio::execution_context& query(asio::execution::context_t) const noexcept { return *io_; }
  static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
    return asio::execution::blocking.never;
  }
  bool operator==(const any_turn&) const noexcept = default;

 private:
  asio::io_context* io_;
};

// A clock by which a wait of a millisecond is over after one look at what is ready.
struct one_look {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<one_look>;
  static constexpr bool is_steady = false;
  static constexpr time_point end{duration{1}};
  static time_point now() {
    static bool has_begun = false;
    has_begun = !has_begun;
    return has_begun ? time_point{} : end;
  }
};

}  // namespace
}  // namespace pawl::simulation

namespace pawl::async {

using namespace std::chrono_literals;
using simulation::world;

void spawn(boost::asio::io_context& io, boost::asio::awaitable<void> task,
           std::function<void(std::exception_ptr)> ended) {
  boost::asio::co_spawn(simulation::any_turn{io}, std::move(task), std::move(ended));
}

// Whatever of the context is ready joins those that wait for a turn, and one of them gets it.
bool run_one(boost::asio::io_context& io) {
  auto& turns = simulation::turns_of(io);
  for (;;) {
    if (io.stopped()) io.restart();
    // Asio looks at its timers in each poll, because it has no timerfd here (see below).
    const bool ran = io.poll() > 0;
    if (!turns.is_empty()) {
      turns.run_any();
      return true;
    }
    if (ran) return true;
    // Nothing is ready: a look that would wait asks the clock when the next timer ends, and so tells the
    // world.
    world::here().forget_timers();
    if (io.run_one_until(simulation::one_look::end) > 0) return true;
    if (!world::here().go_on()) return false;
  }
}

// The steps are taken on the one thread, some time after they could be: a thread may be descheduled, and a
// disk takes its time.
struct side_thread::impl : std::enable_shared_from_this<side_thread::impl> {
  impl(boost::asio::io_context& context, std::function<then()> what)
      : io(context), delay(context), step(std::move(what)) {}

  boost::asio::io_context& io;
  timer delay;
  std::function<then()> step;
  bool is_due = false, is_over = false;

  void come_due() {
    if (is_over || std::exchange(is_due, true)) return;
    auto& dice = world::here().disk;
    // Mostly as a good disk has it, now and then as a bad hour of it has it; chosen.
    const duration takes = dice.chance(0.02) ? std::chrono::milliseconds{dice.between(1, 200)}
                                             : std::chrono::microseconds{dice.between(1, 2000)};
    delay.expires_after(takes);
    delay.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) simulation::turns_of(self->io).add([self] { self->take(); });
    });
  }
  void take() {
    if (is_over) return;
    is_due = false;
    switch (step()) {
      case then::again:
        return come_due();
      case then::rest:
        return;
      case then::end:
        is_over = true;
    }
  }
};

side_thread::side_thread(boost::asio::io_context& io, std::function<then()> step)
    : impl_(std::make_shared<impl>(io, std::move(step))) {
  impl_->come_due();
}

side_thread::~side_thread() {
  impl_->is_over = true;
  impl_->delay.cancel();
}

void side_thread::nudge() {
  impl_->come_due();
}

}  // namespace pawl::async

// Asio would let a timerfd wake it, which takes the kernel a while that differs each time. Without one it
// looks at its timers by itself.
extern "C" int timerfd_create(int, int) {
  errno = EINVAL;
  return -1;
}

// Nothing of the real machine wakes a program that is alive, so Asio's looks at it, three for each turn, need
// no call of the kernel. What ends a program after its death comes through a pipe.
extern "C" int epoll_wait(int poll, epoll_event* events, int most, int timeout) {
  const auto* here = pawl::simulation::world::any();
  if (here != nullptr && !here->is_dead()) return 0;
  return static_cast<int>(::syscall(SYS_epoll_wait, poll, events, most, timeout));
}

// Asio rewrites what it waits for in order to wake a thread that waits, and here none does.
extern "C" int epoll_ctl(int poll, int what, int descriptor, epoll_event* event) {
  if (what == EPOLL_CTL_MOD) return 0;
  return static_cast<int>(::syscall(SYS_epoll_ctl, poll, what, descriptor, event));
}
