// What a ledger_file holds; private to this room.
#pragma once

#include "engine/ledger/database.hpp"
#include "engine/ledger/held_file.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/sys/lock_file.hpp"

#include <optional>

namespace pawl::ledger {

struct ledger_file::impl {
  std::string path;
  // Both outlive the connection, and only a run has them.
  std::optional<lock_file> lock;
  std::optional<held_file> held;
  std::unique_ptr<database> db;
  std::int64_t version = 0;  // of the schema in the file: an older one only where it may not be written
};

}  // namespace pawl::ledger
