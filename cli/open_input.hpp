// The input of run and check: a file as it stands, or a spooled copy of what can be read only once.
#pragma once

#include "cli/spool.hpp"
#include "config/settings.hpp"
#include "engine/input/job_source.hpp"
#include "engine/model/error.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace pawl::cli {

struct opened_input {
  std::string name;  // in messages: the path as given, or "stdin"
  std::optional<spooled_input> spooled;
  input::job_source source;
};

// Spools to `spool_path`.part where need be. Failures name the input as the user knows it.
expected<opened_input> open_input(const config::settings&, const std::string& spool_path,
                                  const std::function<void(std::uint64_t bytes)>& on_spooled,
                                  const std::atomic<bool>* stop);

// The format by a name's ending, for inputs that are read from a copy with another name.
std::optional<input::file_format> format_by_name(const std::string& path);

}  // namespace pawl::cli
