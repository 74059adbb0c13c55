#include "config/key_source.hpp"

#include <string_view>

namespace pawl::config {

const layered_value* choose_key_source(const layers& from, settings& s, std::vector<failure>& complaints) {
  struct key_source {
    const layered_value* named;
    std::string_view names;
  };
  const auto* env = from.find("auth.token_env");
  const auto* file = from.find("auth.token_file");
  const auto* command = from.find("auth.token_command");
  key_source chosen{nullptr, {}};
  for (const auto& one :
       {key_source{env, "a variable"}, key_source{file, "a file"}, key_source{command, "a program"}}) {
    if (one.named == nullptr) continue;
    if (chosen.named != nullptr && chosen.named->from == one.named->from)
      complaints.push_back({failure_kind::usage, one.named->place,
                            "the key is named twice: " + chosen.named->place + " names " +
                                std::string{chosen.names} + " as well",
                            "leave out one of the two"});
    if (chosen.named == nullptr || one.named->from >= chosen.named->from) chosen = one;
  }
  if (chosen.named != env) s.token_env.clear();
  if (chosen.named != file) s.token_file.clear();
  if (chosen.named != command) s.token_command.clear();
  return chosen.named;
}

}  // namespace pawl::config
