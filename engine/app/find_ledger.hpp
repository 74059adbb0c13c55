// Helps where an input was given in place of a ledger, or the reverse.
#pragma once

#include "engine/input/input_head.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

#include <optional>
#include <string>

namespace pawl::app {

// Opens a ledger for reading. If `path` is no ledger but an input with a ledger beside it, the failure names
// that ledger.
expected<ledger::ledger_file> open_to_read(const std::string& path);

// A failure (usage) if a ledger was given as the input; it names the input that the ledger belongs to.
// nullopt: it is no ledger. `head` is that of the file at `path`.
std::optional<failure> refuse_ledger_as_input(const std::string& path, const input::input_head& head);

}  // namespace pawl::app
