// One world from its seed: an input, an API with its faults, a network with its weather, and as many lives as
// the input needs. Afterwards the ledger is held against what the API has seen.
#pragma once

#include "engine/policy/write_hours.hpp"
#include "tests/simulation/lives/life.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::simulation {

struct campaign_options {
  std::uint64_t seed = 1;
  std::string play;     // of play_names(); empty: the seed chooses it
  std::string profile;  // of the API, with a play that has several; empty: the seed chooses it
  std::size_t rows = 200;
  std::size_t rows_for_each_crash = 50;  // 0: nobody dies
  std::vector<fate>
      fates;          // of the first lives, one after another; then nobody dies. Empty: the seed decides
  bool calm = false;  // no faults, no weather, no outages, no other people
  // What the seed decides unless it is said here.
  std::optional<std::size_t> notifying;  // rows that send a notice, of threads
  std::optional<bool> read_first;
  // What no seed chooses.
  std::size_t first_limit = 0;                    // the first life ends after so many rows
  std::optional<duration> key_ends_after;         // another key takes its place
  bool dies_in_undo = false;                      // the fates are of the lives that undo
  std::optional<policy::write_hours> hours;       // --between
  bool from_standard_input = false;               // the first life reads the input as a stream
  std::optional<duration> key_life;               // a program makes each key, and it ends so long after
  std::string rate;                               // of the API's writes; empty: the seed decides
  std::function<void(const std::string&)> trace;  // empty: none. A line for each thing that happens
};

struct campaign_report {
  std::string profile;
  std::size_t rows = 0, lives = 0, deaths = 0, power_losses = 0;
  std::uint64_t turns = 0, requests = 0, writes = 0, syncs = 0;
  std::map<std::string, std::size_t> outcomes;
  std::uint64_t keys_made = 0, keys_refused = 0;  // refused: requests whose key had ended
  duration took{};                                // until all rows were applied
  std::vector<std::string> findings;              // empty: all that was said is true
};

// Throws std::runtime_error where the world itself fails.
campaign_report run_campaign(const campaign_options&);

}  // namespace pawl::simulation
