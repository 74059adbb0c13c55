// Runs pawl against the sandbox, with what an audit does to them: faults, kills, an outage, a poisoned row.
#pragma once

#include "tests/fault/audit/comparison.hpp"
#include "tests/fault/audit/evidence.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pawl::audit {

struct campaign_options {
  std::uint64_t seed = 1;
  std::size_t rows = 1000, notifying = 0, kills = 3;
  std::string faults = "all";  // "all", "foreign", "none" or what `pawl-sandbox --faults` takes
  bool poisoned = false;       // the row in the middle always gets a 500
  std::chrono::milliseconds outage{
      0};  // 0: none. The server is gone for this long, from a third of the rows on
  std::string outage_kind = "refuse";  // refuse, reset, silent, or a reply such as foreign/404/html
  std::string rate = "unlimited";
  std::uint32_t concurrency = 64;
  std::chrono::milliseconds limit = std::chrono::minutes{20};  // for everything
  std::vector<std::string> pawl_arguments;                     // further ones for `pawl run`
};

struct campaign_result {
  plan planned;
  ledger_facts ledger;
  server_facts server;
  server_totals totals;
  std::string faults;  // as the sandbox was told
  std::size_t runs = 0, kills = 0;
  std::size_t stops = 0;   // runs that ended for a person to act (exit 4) while strangers answered
  std::string stopped_by;  // what the last of them said
  int exit_code = 0;       // of the last run
  std::map<std::string, std::uint64_t> summary;  // the counts of its summary
  std::chrono::milliseconds elapsed{0};
  std::int64_t server_back_at = 0;  // after an outage: microseconds since the Unix epoch
};

// Throws std::runtime_error where the campaign itself fails: a program does not start, the time is over, pawl
// stops for a person to act though no stranger answers for the API, or it ends again and again without
// finishing. Children die with the caller.
campaign_result run_campaign(const campaign_options&);

// All kinds of faults, together about 28 % of the attempts. Those that stop the whole run or hold a
// connection until its deadline (a Retry-After, a stall) are rarer the more rows there are, so that they do
// not make up all of the time.
std::string all_faults(std::size_t rows);
// Of these the strangers alone, in about every fifth reply: HTML, lines of text, JSON and nothing, with every
// status.
std::string foreign_faults(std::size_t rows);

}  // namespace pawl::audit
