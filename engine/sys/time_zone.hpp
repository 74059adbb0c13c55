// What the clocks of a place show, by the time zone database of this machine.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/time.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace date {
class time_zone;
}

namespace pawl {

// A day and a time of day somewhere, as its clocks show it.
using local_time = std::chrono::local_time<std::chrono::seconds>;

// Copies are cheap; any thread.
class time_zone {
 public:
  // By its name in the IANA database: "Europe/Berlin". Failure (usage): there is none, or this machine has no
  // database.
  static expected<time_zone> named(const std::string& name);
  // The one that this machine lives by: the environment's TZ, else /etc/localtime. Failures name that place.
  static expected<time_zone> of_this_machine();

  std::string name() const;
  local_time shown_at(wall_time) const;

  // When the clocks show it. Where they are put back, they show an hour twice: the one or the other. Where
  // they are put forward, they jump over an hour: then both are the moment of the jump.
  enum class turn : std::uint8_t { first, second };
  wall_time moment_of(local_time, turn) const;

 private:
  explicit time_zone(const date::time_zone* zone) noexcept : zone_(zone) {}
  const date::time_zone* zone_;  // of the library, for as long as the process lives
};

}  // namespace pawl
