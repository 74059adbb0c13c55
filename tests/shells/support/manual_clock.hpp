// The clocks of a program whose time stands still until a test moves it. Linked in place of
// engine/sys/clocks.cpp.
#pragma once

#include "engine/model/time.hpp"

#include <optional>

namespace pawl::testing {

struct manual_clock {
  // Where all three clocks stand at the start of a test.
  static void reset();
  static void advance(duration);
  // Moves to the earliest timer that Asio has told the system to sleep for since the last move; false: there
  // is none.
  static bool advance_to_next_timer();
};

}  // namespace pawl::testing
