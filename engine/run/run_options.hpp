// What a run is told beside what every sender is told. Plain values, checked by who makes them.
#pragma once

#include "engine/api/precondition.hpp"
#include "engine/client/client_options.hpp"
#include "engine/ledger/writer_options.hpp"
#include "engine/model/time.hpp"
#include "engine/policy/pacer.hpp"
#include "engine/policy/write_hours.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace pawl::run {

struct run_options : client::client_options {
  policy::pacer_options writes;
  ledger::writer_options writer;
  std::uint32_t concurrency = 16;  // worker slots
  // As many of the slots work at the same time as policy::concurrency_limit finds good.
  bool adaptive = false;
  // Slots of an adaptive run. Chosen: some 50 MB of connections, and half the file descriptors that a process
  // commonly has.
  static constexpr std::uint32_t adaptive_slots = 512;
  // For reads beside those of a run: nobody finds out for them how many at once pay, so they use the default.
  std::uint32_t at_once() const { return adaptive ? run_options{}.concurrency : concurrency; }
  std::optional<std::uint64_t> limit;        // --limit N: only the next N pending jobs
  std::optional<policy::write_hours> hours;  // --between: nothing is taken outside of these; unset: always
  duration drain_timeout = std::chrono::seconds{20};
  bool skip_invalid = false;
  bool read_first = false;                    // every write has a read of its own before it
  std::vector<api::precondition> conditions;  // --only-if: of every row; needs read_first
  std::vector<std::string> fill_empty;        // --fill-empty: fields by name, of every row; needs read_first
  bool force_unechoed = false;                // also send what no read shows when nothing else is to be sent
};

}  // namespace pawl::run
