// Asio's timer on the engine's clock.
#pragma once

#include "engine/sys/clock.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

namespace pawl::async {

// Asio's WaitTraits.
struct clock_waits {
  static duration to_wait_duration(duration d) { return clock::system_wait(d); }
  static duration to_wait_duration(time_point t) { return clock::system_wait(t - clock::now()); }
};

using timer = boost::asio::basic_waitable_timer<clock, clock_waits>;

}  // namespace pawl::async
