// What a use case needs of who runs it.
#pragma once

#include "engine/app/listener.hpp"
#include "engine/app/stop_request.hpp"
#include "engine/app/token_source.hpp"

namespace pawl::app {

// All of it outlives the call.
struct host {
  listener& says;
  stop_request& stop;
  const token_source& token;
};

}  // namespace pawl::app
