#include "engine/app/rate_meter.hpp"

#include <algorithm>
#include <chrono>

namespace pawl::app {
namespace {

using namespace std::chrono_literals;
using seconds_d = std::chrono::duration<double>;

constexpr auto rate_over = 60s;  // chosen: a window of the slowest usual quota

}  // namespace

void rate_meter::read(time_point now, std::uint64_t writes) noexcept {
  // Until the newest reading is a second newer than the one before, the next reading replaces it.
  const bool replaces = count_ >= 2 && now - back(1).at < 1s;
  if (!replaces) ++count_;
  ring_[(count_ - 1) % kept] = {now, writes};
}

std::optional<double> rate_meter::per_second(time_point now) const noexcept {
  if (count_ < 2) return std::nullopt;
  const auto& newest = back(0);
  const auto available = std::min(count_, kept) - 1;
  std::size_t steps = available;
  while (steps > 1 && now - back(steps).at > rate_over) --steps;
  const auto& oldest = back(steps);
  const auto time = now - oldest.at;
  if (time < 1s) return std::nullopt;
  return static_cast<double>(newest.writes - oldest.writes) / seconds_d(time).count();
}

}  // namespace pawl::app
