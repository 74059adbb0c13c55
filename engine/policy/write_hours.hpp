// The hours of the day in which writes may leave (`--between 22:00-06:00`), by the clocks of a place. Pure
// but for the time zone database.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/stop_rules.hpp"
#include "engine/sys/time_zone.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::policy {

struct day_hours {
  // Of the day; they differ. With an end before the beginning they reach over midnight. 24:00 is an end.
  std::chrono::minutes from{}, to{};
  bool operator==(const day_hours&) const = default;
};

// "22:00-06:00", "8:30-17:00". Failure (usage): it is something else, or the hours are empty.
expected<day_hours> parse_day_hours(std::string_view);

class write_hours {
 public:
  write_hours(day_hours hours, time_zone zone) noexcept : hours_(hours), zone_(zone) {}

  struct state {
    bool is_open;
    wall_time until;  // then it is the other way round
  };
  // A day on which the clocks jump over all of the hours has none. Where the clocks show a time twice, the
  // hours begin with its second turn and end with its first one.
  state at(wall_time now) const;
  // When work is over that begins now, takes so long, and rests outside of the hours.
  wall_time end_of(duration work, wall_time now) const;

  // "22:00-06:00 (Europe/Berlin)".
  std::string in_words() const;

 private:
  day_hours hours_;
  time_zone zone_;
};

// The order to stop outside of the hours, with when they begin. Unset: it is within them.
std::optional<stop_order> outside_hours(const write_hours&, wall_time now, time_point monotonic_now);

}  // namespace pawl::policy
