// SIGINT, SIGTERM and SIGHUP as a stop_request, so that they are seen while the main thread reads a file as
// well as while it runs the network. One at a time per process.
#pragma once

#include "engine/app/stop_request.hpp"

namespace pawl::cli {

class signal_handlers {
 public:
  // Installs the handlers; system calls that block are interrupted (EINTR). Ignores SIGPIPE. The request
  // outlives them.
  explicit signal_handlers(app::stop_request&);
  ~signal_handlers();  // puts back what was there
  signal_handlers(const signal_handlers&) = delete;
  signal_handlers& operator=(const signal_handlers&) = delete;
};

}  // namespace pawl::cli
