// Reads what a campaign has left behind: the ledger (a SQLite file), the sandbox's journal and its truth.
#pragma once

#include "tests/fault/audit/comparison.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace pawl::audit {

// Counts of the sandbox over the whole campaign.
struct server_totals {
  std::uint64_t reads = 0, writes = 0, applied = 0, throttled = 0;
  std::map<std::string, std::uint64_t> injected;  // by kind of fault
  std::uint64_t faults() const;
};

// All throw std::runtime_error that names the file.
ledger_facts read_ledger(const std::filesystem::path& ledger);
// Fills everything but `threads`, line by line.
void read_journal(const std::filesystem::path& journal, server_facts&);
// Fills `threads`.
server_totals read_truth(const std::filesystem::path& truth, server_facts&);

}  // namespace pawl::audit
