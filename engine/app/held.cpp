#include "engine/app/held.hpp"

#include <poll.h>

namespace pawl::app {
namespace {
constexpr int look_again_ms = 100;  // chosen; a signal ends the wait
}  // namespace

bool wait_for_holder(session& s, failure& why, std::string& told) {
  if (!why.held || !s.settings().wait) return false;
  if (why.what != told) s.say().note("waiting: " + why.what);
  told = why.what;
  if (s.signals().first() == 0) ::poll(nullptr, 0, look_again_ms);
  if (s.signals().first() == 0) return true;
  why = {failure_kind::later, "", "interrupted while another process was waited for",
         "run the same command again"};
  return false;
}

}  // namespace pawl::app
