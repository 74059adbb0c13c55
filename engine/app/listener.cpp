#include "engine/app/listener.hpp"

namespace pawl::app {

void listener::working(std::string_view, std::uint64_t, std::uint64_t) {}

time_point listener::moving(const client::progress_counters&, const policy::pacer_options&, time_point) {
  return time_point::max();
}

void listener::finished_before(const std::string&, wall_time, const summary&) {}

void listener::contradicted(client::progress_counters::request_class, const rate_window&,
                            const rate_window&) {}

listener& nobody_listens() {
  static listener deaf;
  return deaf;
}

}  // namespace pawl::app
