#include "config/profile_finder.hpp"

#include "config/profile_loader.hpp"

#include <fmt/format.h>

#include <utility>

namespace pawl::config {

std::optional<api::profile> find_profile(const raw_options& raw, const environment& env,
                                         const std::string& name, std::vector<failure>& complaints) {
  auto choice = choose_profile(raw, env);
  complaints = std::move(choice.complaints);
  if (!complaints.empty()) return std::nullopt;
  if (choice.value && choice.value->name == name) return std::move(choice.value);
  if (choice.value && raw.profile) {
    complaints.push_back({failure_kind::usage, choice.place,
                          fmt::format("is of \"{}\"; the ledger belongs to \"{}\"", choice.value->name, name),
                          "name the profile that the run was made with"});
    return std::nullopt;
  }
  // A config file is about the runs that are made now; the ledger's run may have had another profile.
  if (const auto text = embedded_profile(name)) {
    auto compiled = compile_profile(*text, name + ".toml", {.values = {}, .may_lack = true});
    complaints = std::move(compiled.complaints);
    return std::move(compiled.value);
  }
  const auto also =
      choice.value ? fmt::format(", and {} names \"{}\"", choice.place, choice.value->name) : "";
  complaints.push_back({failure_kind::usage, name,
                        fmt::format("there is no profile \"{}\" inside of pawl{}", name, also),
                        "name the file that the run was made with: --profile FILE"});
  return std::nullopt;
}

}  // namespace pawl::config
