// Writes the options that messages mention as flags of the command line. Pure.
#pragma once

#include "engine/model/option.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pawl::cli {

// "--ledger"; with a value "--map 'Old name=title'", which can be copied into a shell.
std::string as_flag(option, std::optional<std::string_view> value = std::nullopt);

}  // namespace pawl::cli
