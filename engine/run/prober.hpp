// Asks whether the API is back while the breaker is open, and whether it is there where somebody else
// answered for it (policy/probe_schedule decides when). Network thread only.
#pragma once

#include "engine/async/wakeup.hpp"
#include "engine/client/read_client.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/probe_schedule.hpp"
#include "engine/run/run_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace pawl::run {

class prober {
 public:
  // Both outlive it.
  prober(run_context& shared, client::read_client& client)
      : shared_(shared), client_(client), alarm_(shared.io) {}

  // At every tick of the run: asks if it is time to.
  void tick(time_point now);

  // Until `done` is true and end() was called.
  boost::asio::awaitable<void> run(const bool& done);
  void end() { alarm_.wake(); }

 private:
  api::call call_to_ask() const;

  run_context& shared_;
  client::read_client& client_;
  async::wakeup alarm_;
  policy::probe_schedule schedule_;
};

}  // namespace pawl::run
