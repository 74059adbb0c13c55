// What a use case needs from its caller.
#pragma once

#include "engine/app/listener.hpp"
#include "engine/app/stop_request.hpp"
#include "engine/app/token_source.hpp"

namespace pawl::app {

// All members must outlive the call.
struct host {
  listener& says;
  stop_request& stop;
  const token_source& token;
};

}  // namespace pawl::app
