// How many workers may have a job at the same time: all of them, or as many as a concurrency_limit finds out
// (`--concurrency auto`); the others are parked. A worker asks between two jobs, so a limit that falls takes
// effect as jobs end. Network thread only.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/concurrency_limit.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pawl::run {

class job_places {
 public:
  using request = policy::concurrency_limit::request;
  using mark = policy::concurrency_limit::mark;

  enum class kind : std::uint8_t { fixed, adaptive };
  // `slots`: workers, all of which have a place where the kind is fixed.
  job_places(std::uint32_t slots, kind);

  // Returns when the caller has a place. Callers that have a job already, which slept between two attempts,
  // come before others. `alarm` belongs to the caller, which waits for nothing else.
  enum class taker : std::uint8_t { has_none, has_job };
  boost::asio::awaitable<void> take(async::wakeup& alarm, taker);
  void give_back();
  // Whether more places are taken than there are, or a worker waits with a job: then a worker that has ended
  // a job gives its place back and asks for one again.
  bool surplus() const noexcept { return taken_ > open_ || !parked_[with_job].empty(); }

  // To be called for every request of a job, and when it has ended.
  mark sent(time_point now) noexcept { return limit_ ? limit_->sent(now) : mark{}; }
  void replied(const mark&, request, policy::load_sign, time_point now);

  // Gives every worker a place, because the run is stopping: each must see that the feed has ended.
  void open_all();

  // The limit now in use; unset where it is fixed.
  std::optional<std::uint32_t> found() const noexcept;

 private:
  void wake_parked();

  static constexpr std::size_t with_job = 0, with_none = 1;

  const std::uint32_t slots_;
  std::optional<policy::concurrency_limit> limit_;
  bool all_open_ = false;
  std::uint32_t open_, taken_ = 0;
  std::uint32_t coming_ = 0;  // woken, but not back yet
  std::array<std::vector<async::wakeup*>, 2> parked_;
};

}  // namespace pawl::run
