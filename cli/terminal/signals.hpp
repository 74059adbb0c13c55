// Turns SIGINT, SIGTERM and SIGHUP into a stop_request, so that they work while the main thread reads a file
// as well as while it runs the network. One object at a time per process.
#pragma once

#include "engine/app/stop_request.hpp"

namespace pawl::cli {

class signal_handlers {
 public:
  // Installs the handlers; system calls that block are interrupted (EINTR). Ignores SIGPIPE. The request must
  // outlive this object.
  explicit signal_handlers(app::stop_request&);
  ~signal_handlers();  // restores the handlers that were there
  signal_handlers(const signal_handlers&) = delete;
  signal_handlers& operator=(const signal_handlers&) = delete;
};

}  // namespace pawl::cli
