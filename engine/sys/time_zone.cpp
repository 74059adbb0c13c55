#include "engine/sys/time_zone.hpp"

#include <cstdlib>
#include <exception>
#include <string_view>

#include <date/tz.h>

namespace pawl {
namespace {

failure no_zone(const std::string& name) {
  return {failure_kind::usage, "", "there is no time zone \"" + name + "\" on this machine",
          "write it as Europe/Berlin, by the names of the IANA database (package tzdata), or UTC"};
}

}  // namespace

expected<time_zone> time_zone::named(const std::string& name) {
  try {
    return time_zone(date::locate_zone(name));
  } catch (const std::exception&) {  // the library throws what it likes
    return no_zone(name);
  }
}

expected<time_zone> time_zone::of_this_machine() {
  // ":Europe/Berlin" is the same (POSIX, Environment Variables, TZ).
  const char* const given = std::getenv("TZ");
  std::string_view name = given != nullptr ? given : "";
  if (name.starts_with(':')) name.remove_prefix(1);
  if (!name.empty()) {
    auto found = named(std::string{name});
    if (!found) found.error().place = "TZ";
    return found;
  }
  if (given != nullptr) return named("UTC");
  try {
    return time_zone(date::current_zone());
  } catch (const std::exception&) {
    return failure{failure_kind::usage, "/etc/localtime", "does not tell the time zone of this machine",
                   "name one, such as Europe/Berlin, in TZ"};
  }
}

std::string time_zone::name() const {
  return zone_->name();
}

local_time time_zone::shown_at(wall_time now) const {
  const auto there = zone_->to_local(std::chrono::floor<std::chrono::seconds>(now));
  return local_time{there.time_since_epoch()};
}

wall_time time_zone::moment_of(local_time shown, turn which) const {
  const date::local_seconds there{shown.time_since_epoch()};
  return zone_->to_sys(there, which == turn::first ? date::choose::earliest : date::choose::latest);
}

}  // namespace pawl
