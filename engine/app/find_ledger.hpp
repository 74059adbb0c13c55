// Mixing up an input and its ledger: what to say when one stands where the other belongs.
#pragma once

#include "engine/input/input_head.hpp"
#include "engine/ledger/ledger.hpp"
#include "engine/model/error.hpp"

#include <optional>
#include <string>

namespace pawl::app {

// Opens a ledger to be read. Where `path` is none and the ledger of an input by that name lies beside it, the
// failure names that one.
expected<ledger::ledger_file> open_to_read(const std::string& path);

// A ledger where an input was asked for: usage, with the input that it belongs to. nullopt: it is none.
// `head`: of what `path` names.
std::optional<failure> refuse_ledger_as_input(const std::string& path, const input::input_head& head);

}  // namespace pawl::app
