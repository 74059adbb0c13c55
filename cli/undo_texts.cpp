#include "cli/undo_texts.hpp"

#include "cli/words.hpp"

#include <fmt/format.h>

namespace pawl::cli {
namespace {

std::string_view in_words(run::undo_obstacle why) {
  switch (why) {
    case run::undo_obstacle::not_shown:
      return "the API does not show it, so its old value is not known";
    case run::undo_obstacle::not_nullable:
      return "it was empty before, and the API takes no null for it";
    case run::undo_obstacle::not_accepted:
      return "the API does not take the old value back";
    case run::undo_obstacle::needs_another:
      return "the old value needs another field whose old value is not known";
  }
  return "";
}

}  // namespace

void undo_losses::add(std::string reason, std::string_view one, std::string_view many, std::string_view id) {
  auto& to = groups_[std::move(reason)];
  to.one = one;
  to.many = many;
  ++to.count;
  if (to.ids.size() < most_ids) to.ids.push_back(printable(id));
}

void undo_losses::add(std::string_view id, const run::undo_loss& loss) {
  add(fmt::format("{} cannot go back: {}", loss.field, in_words(loss.why)), "resource", "resources", id);
}

void undo_losses::add_blind(std::string_view id) {
  add("written without being read before, so nothing is known of the old values", "row", "rows", id);
}

std::vector<std::string> undo_losses::lines() const {
  std::vector<std::string> all;
  for (const auto& [reason, lost] : groups_) {
    auto line = fmt::format("{}: {}", reason, counted(lost.count, lost.one, lost.many));
    for (std::size_t i = 0; i < lost.ids.size(); ++i) (line += i == 0 ? ": " : ", ") += lost.ids[i];
    if (lost.count > lost.ids.size())
      line += fmt::format(" and {} more", grouped(lost.count - lost.ids.size()));
    all.push_back(std::move(line));
  }
  return all;
}

}  // namespace pawl::cli
