// What a command has counted while it worked. One struct travels from the places that count through progress
// and report to the summary and the samples of the ledger, so a new figure changes this file and the places
// that count it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pawl {

struct counters {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;     // attempts
  std::uint64_t retries = 0;    // writes after the first one of a row
  std::uint64_t throttled = 0;  // replies that said that a limit is reached
  bool operator==(const counters&) const = default;
};

struct counter_name {
  std::string_view name;
  std::uint64_t counters::* value;
  // Whether it is a column of the ledger's table `sample`. A new column needs a migration
  // (engine/ledger/schema.sql, ledger.cpp).
  bool sampled;
};

// The names are a public interface: the summary has them as members, in this order, and the ledger as
// columns.
inline constexpr std::array counter_names{
    counter_name{"reads", &counters::reads, true},
    counter_name{"writes", &counters::writes, true},
    counter_name{"retries", &counters::retries, true},
    counter_name{"throttled", &counters::throttled, true},
};
static_assert(sizeof(counters) == counter_names.size() * sizeof(std::uint64_t), "a figure without a name");

}  // namespace pawl
