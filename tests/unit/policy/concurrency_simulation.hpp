// A client that obeys a concurrency_limit, and a server that has a knee or refuses, in virtual time. Retries,
// pauses and the breaker are the engine's own, so what a refusal costs is what it costs in a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pawl::policy::simulated {

// How the server behaves from `from_s` on, until the next stage.
struct stage {
  double from_s = 0;
  double delay_ms = 100;     // reply time of a write at low load
  double read_delay_ms = 0;  // each write is preceded by a read that takes so long; 0: no reads
  double network_ms = 0;     // of the reply time, on the way: the server does not count it as load
  double jitter = 0;         // a random addition to the delay, exponential, its mean in units of the delay
  double spikes = 0;         // share of requests that take 20 times as long

  std::uint32_t slots = 0;  // requests that are served at the same time, the others wait in line; 0: all
  std::uint32_t knee = 0;   // with more than this in the server, the delay grows ...
  double slope = 0;         // ... by this share of it for each
  double factor = 1;        // ... by this factor for each

  std::uint32_t most = 0;  // above this it does as `refuses` says; 0: no bound
  std::string refuses;     // "429", "429 after 1 s", "503", "drop"
  double random_503 = 0;   // share of requests that it refuses for no reason

  double interval_ms = 0;  // jobs arrive one by one, this far apart; 0: all are there from the start

  // Expected after `settled_s` of the stage, as means over its rest.
  double settled_s = 10;
  double limit_from = 1, limit_to = 0;
  double share = 0;    // of the best throughput that any fixed number in flight could have, at least
  double refused = 1;  // share of requests that were refused or dropped, at most
};

struct scenario {
  std::string name;
  std::uint32_t most = 512;  // places
  double seconds = 60;
  double timeout_s = 2;
  int seeds = 3;
  std::vector<stage> stages;
};
scenario read_scenario(const std::filesystem::path&);

struct measured {
  double limit = 0;  // mean over time
  double in_flight = 0;
  double throughput = 0;  // jobs done a second
  double best = 0;
  double refused = 0;  // share of requests
  std::uint64_t jobs = 0;
};
struct result {
  std::vector<measured> stages;
  std::uint64_t failed_jobs = 0;  // attempts used up
  std::uint32_t highest_limit = 0;
  std::vector<std::uint32_t> trace;  // the limit once a second
};
result simulate(const scenario&, std::uint64_t seed);

// The most jobs a second that a fixed number in flight gets from this server.
double best_throughput(const stage&, std::uint32_t most);

}  // namespace pawl::policy::simulated
