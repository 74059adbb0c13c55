#include "tests/simulation/lives/choose_play.hpp"

#include <stdexcept>
#include <string_view>
#include <vector>

namespace pawl::simulation {

std::unique_ptr<play> choose_play(const campaign_options& o, dice& choices) {
  const auto& others = text_profiles();
  auto name = o.play;
  if (name.empty() && !o.profile.empty()) name = o.profile == "productlane" ? "threads" : "texts";
  if (name.empty()) {
    const auto die = choices.unit();
    name = die < 0.25 ? "batches" : die < 0.6 ? "texts" : "threads";
  }
  if (name == "batches") return play_batches(o.seed, o.rows);
  if (name == "texts")
    return play_texts(o.profile.empty() ? others[choices.below(others.size())] : std::string_view{o.profile},
                      o.seed, o.rows);
  if (name != "threads") throw std::runtime_error("there is no play " + name);
  const auto notifying = o.notifying.value_or(choices.chance(0.3) ? o.rows / 5 : 0);
  return play_threads({o.seed, o.rows, notifying, !o.calm});
}

const std::vector<std::string_view>& play_names() {
  static const std::vector<std::string_view> all{"batches", "texts", "threads"};
  return all;
}

}  // namespace pawl::simulation
