// The world in which a simulated program lives: its time, and what happens in it without the program. The
// clocks, random numbers, turns, disks and networks of this folder, which are linked in the place of the
// engine's own, all ask the one world that there is. Everything is decided by its seed. One thread.
//
// When the program dies, as by a power loss or kill -9, the world stands still, and nothing that the program
// does reaches it any more: disks and networks fail. So the program comes to an end by itself, in a time that
// nobody else sees, and the next one finds the world as it was at that moment.
#pragma once

#include "engine/model/time.hpp"
#include "tests/simulation/world/dice.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace pawl::simulation {

class world {
 public:
  // Its time begins on a day in March 2026, at an hour that the seed decides for the clock of the program's
  // host; or `at` this time for all.
  explicit world(std::uint64_t seed, std::optional<wall_time> at = std::nullopt);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  static world& here();
  // Null before there is one, and after it.
  static const world* any() noexcept;

  dice turns, network, disk, program;  // `program`: the numbers that the program draws for itself

  // Time since the beginning of the world, as the program sees it: a dead one sees it go on.
  duration passed() const noexcept { return passed_; }
  // What the clocks of the program's host show.
  time_point monotonic() const noexcept;  // stands still while the host sleeps
  duration since_boot() const noexcept;
  wall_time wall() const noexcept;
  std::uint64_t boot() const noexcept { return boot_; }
  // The time of everybody else.
  wall_time true_time() const noexcept;

  void step_wall_clock(duration by) { wall_step_ += by; }
  // Everybody else's time goes on by so much, and the program's host sleeps.
  void suspend_host(duration);
  // The clocks of the host begin again, after a while; the program must be dead or have ended.
  void reboot(duration after);

  // Happens at this time, or at once if that is past; events of the same time in the order of the calls.
  void at(duration when, std::function<void()> what);
  void after(duration ahead, std::function<void()> what) { at(passed_ + ahead, std::move(what)); }
  // Lets so much time pass, with its events, while no program runs.
  void wait(duration);
  // A timer of the program that ends then.
  void program_waits_until(duration when) noexcept;
  void forget_timers() noexcept { next_timer_ = never; }
  // Nothing is left to do now: lets time pass up to the next timer or event, and lets the events of that
  // moment happen. False: there is none of either.
  bool go_on();

  // What happens, for people; empty: nobody reads it.
  std::function<void(const std::string&)> trace;

  // Called before each turn of the program.
  std::uint64_t turn_number() const noexcept { return turn_; }
  void begin_turn();
  std::function<void()> on_turn;  // empty: nothing

  bool is_dead() const noexcept { return dead_since_.has_value(); }
  void die();
  // The next program may begin. Nothing of the dead one may be left.
  void revive();

 private:
  struct event {
    duration when;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const event& other) const noexcept {
      return when != other.when ? when > other.when : order > other.order;
    }
  };
  void let_next_event_happen();
  static constexpr duration never = duration::max();

  duration passed_{0}, next_timer_ = never;
  wall_time begins_;
  duration wall_step_{0}, slept_{0}, booted_at_{0};
  std::uint64_t boot_ = 1, order_ = 0, turn_ = 0;
  std::vector<event> events_;  // a heap
  std::optional<duration> dead_since_;
};

}  // namespace pawl::simulation
