// The chain of a ledger: each link holds the digest of the one before it, so a later state proves every
// earlier one that somebody has noted down, and a file that was swapped for an older or another one does not
// have it.
#pragma once

#include "engine/input/job_source.hpp"
#include "engine/ledger/database.hpp"
#include "engine/model/time.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace pawl::ledger {

struct chain_link {
  std::int64_t number = 0;  // 1, 2, ...
  wall_time at{};
  input::sha256 seals{};   // of the table `seal` as it stood then
  input::sha256 digest{};  // of this link and the digest before it
};

// What `digest` has to be behind a link with the digest `before` (all zero: there is none). Pure.
input::sha256 digest_of(const chain_link&, const input::sha256& before);

// Of the table `seal` as it stands now.
expected<input::sha256> digest_of_seals(database&);

// The newest link; its number is 0 if there is none.
expected<chain_link> last_link(database&);

// Adds a link for the present state, within a transaction.
status append_link(database&, wall_time now);

expected<std::vector<chain_link>> read_chain(database&);

}  // namespace pawl::ledger
