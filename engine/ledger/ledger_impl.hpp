// The members of a ledger_file; private to this room.
#pragma once

#include "engine/ledger/database.hpp"
#include "engine/ledger/held_file.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/sys/lock_file.hpp"

#include <optional>

namespace pawl::ledger {

struct ledger_file::impl {
  std::string path;
  // Both are set only for a run, and outlive the connection.
  std::optional<lock_file> lock;
  std::optional<held_file> held;
  std::unique_ptr<database> db;
  std::int64_t version = 0;  // of the schema in the file; an older one only if the file may not be written to
};

}  // namespace pawl::ledger
