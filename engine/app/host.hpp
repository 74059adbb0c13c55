// What a use case needs from its caller. Every part has a default, so a program names only what it cares for:
//
//   app::run(options, {.token = app::environment_token("API_KEY")});
#pragma once

#include "engine/app/listener.hpp"
#include "engine/app/stop_request.hpp"
#include "engine/app/token_source.hpp"

namespace pawl::app {

// All members must outlive the call.
struct host {
  listener& says = nobody_listens();
  stop_request& stop = nobody_stops();
  const token_source& token = no_token();
};

}  // namespace pawl::app
