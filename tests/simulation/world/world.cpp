#include "tests/simulation/world/world.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace pawl::simulation {
namespace {

using namespace std::chrono_literals;

world* current_world = nullptr;
constexpr duration boot_lasts = 1min;  // a host's clocks when its first program begins; chosen
constexpr auto first_day = std::chrono::sys_days{std::chrono::year{2026} / 3 / 14};

std::uint64_t derived(std::uint64_t seed, std::uint64_t concern) {
  return dice(seed ^ (concern << 56U))();
}

}  // namespace

world::world(std::uint64_t seed, std::optional<wall_time> at)
    : turns(derived(seed, 1)),
      network(derived(seed, 2)),
      disk(derived(seed, 3)),
      program(derived(seed, 4)),
      begins_(at.value_or(first_day)) {
  assert(current_world == nullptr);
  current_world = this;
  booted_at_ = -boot_lasts;
  // A time of the day from the seed, so that some runs cross midnight.
  if (!at) wall_step_ = std::chrono::seconds{dice(derived(seed, 5)).between(0, 86'399)};
}

world::~world() {
  current_world = nullptr;
}

world& world::here() {
  assert(current_world != nullptr);
  return *current_world;
}

const world* world::any() noexcept {
  return current_world;
}

time_point world::monotonic() const noexcept {
  return time_point{passed_ - booted_at_ - slept_};
}

duration world::since_boot() const noexcept {
  return passed_ - booted_at_;
}

wall_time world::wall() const noexcept {
  return true_time() + std::chrono::floor<std::chrono::microseconds>(wall_step_);
}

wall_time world::true_time() const noexcept {
  return begins_ + std::chrono::floor<std::chrono::microseconds>(passed_);
}

void world::suspend_host(duration length) {
  const auto end = passed_ + length;
  const auto sleep_until = [this](duration when) {
    slept_ += when - passed_;
    passed_ = when;
  };
  while (!events_.empty() && events_.front().when <= end) {
    sleep_until(std::max(passed_, events_.front().when));
    let_next_event_happen();
  }
  sleep_until(end);
}

void world::reboot(duration after) {
  wait(after);  // everybody else goes on meanwhile
  booted_at_ = passed_ - boot_lasts;
  slept_ = {};
  ++boot_;
}

void world::at(duration when, std::function<void()> what) {
  events_.push_back({std::max(when, passed_), order_++, std::move(what)});
  std::push_heap(events_.begin(), events_.end());
}

void world::program_waits_until(duration when) noexcept {
  next_timer_ = std::min(next_timer_, when);
}

void world::wait(duration length) {
  bool is_over = false;
  after(length, [&is_over] { is_over = true; });
  while (!is_over) go_on();
}

void world::let_next_event_happen() {
  std::pop_heap(events_.begin(), events_.end());
  const auto what = std::move(events_.back().what);
  events_.pop_back();
  what();
}

bool world::go_on() {
  const auto event_at = events_.empty() || is_dead() ? never : events_.front().when;
  const auto next = std::min(std::exchange(next_timer_, never), event_at);
  if (next == never) return false;
  passed_ = std::max(passed_, next);
  while (!is_dead() && !events_.empty() && events_.front().when <= passed_) let_next_event_happen();
  return true;
}

void world::begin_turn() {
  ++turn_;
  if (on_turn) on_turn();
}

void world::die() {
  if (!is_dead()) dead_since_ = passed_;
}

void world::revive() {
  if (dead_since_) passed_ = *dead_since_;
  dead_since_.reset();
  next_timer_ = never;
}

}  // namespace pawl::simulation
