// The clock of a run: deadlines, the rules that stop it, samples and events, and why it waits. Network thread
// only.
#pragma once

#include "engine/client/quota_file.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/run/prober.hpp"
#include "engine/run/run_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>

namespace pawl::run {

class run_watch {
 public:
  // Deadlines are this coarse. Chosen.
  static constexpr duration tick = std::chrono::milliseconds{50};

  // All outlive it. `drain_until`: when what is on the wire is given up; set here once the run is stopping,
  // if nobody else has.
  run_watch(run_context& shared, client::quota_file& quota, prober& probes,
            std::optional<time_point>& drain_until)
      : shared_(shared), quota_(quota), probes_(probes), drain_until_(drain_until) {}

  // Until `done` is true.
  boost::asio::awaitable<void> run(const bool& done);

 private:
  void check(time_point now);
  void check_rules(time_point now, const std::optional<policy::asked_pause>&);
  void describe(time_point now, const std::optional<policy::asked_pause>&);
  void tell_contradictions();
  void tell_new_key();

  run_context& shared_;
  client::quota_file& quota_;
  prober& probes_;
  std::optional<time_point>& drain_until_;
  std::optional<std::uint64_t> key_version_;  // when it was looked at last
};

}  // namespace pawl::run
