#include "engine/app/find_generation.hpp"

#include "engine/model/option.hpp"

#include <fmt/format.h>

#include <utility>

namespace pawl::app {

expected<ledger::generation_row> find_generation(ledger::ledger_file& file,
                                                 std::optional<std::int64_t> wanted) {
  auto found = wanted ? file.generation(*wanted) : file.newest_generation();
  if (!found) return found.error();
  if (*found) {
    if (auto proven = file.prove((*found)->id); !proven) return proven.error();
    return **std::move(found);
  }
  if (wanted)
    return failure{failure_kind::usage, to_string(option::generation),
                   fmt::format("{} has no generation {}", file.path(), *wanted),
                   "leave it out for the newest"};
  return failure{failure_kind::usage, file.path(), "holds no run yet", ""};
}

}  // namespace pawl::app
