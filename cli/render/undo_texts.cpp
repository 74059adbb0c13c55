#include "cli/render/undo_texts.hpp"

#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>

namespace pawl::cli {

std::string_view obstacle_in_words(plan::undo_obstacle why) noexcept {
  switch (why) {
    case plan::undo_obstacle::not_shown:
      return "the API does not show it, so its old value is not known";
    case plan::undo_obstacle::not_nullable:
      return "it was empty before, and the API takes no null for it";
    case plan::undo_obstacle::not_accepted:
      return "the API does not take the old value back";
    case plan::undo_obstacle::needs_another:
      return "it goes back only together with another field, which cannot go back or whose old value is not "
             "known";
    case plan::undo_obstacle::unsound:
      return "the API showed a text that no input may say, such as half of a surrogate pair";
    case plan::undo_obstacle::too_large:
      return "the job would be longer or nested deeper than a row of an input may be";
    case plan::undo_obstacle::normalised:
      return "the API did not show it as it was sent, so no job can tell whether somebody has changed it "
             "since; "
             "compare it by hand with the old value, which stands in the ledger (old_values of the table "
             "intent)";
    case plan::undo_obstacle::left_out:
      return "the row did not name it, and a write that replaces the resource may have erased it";
    case plan::undo_obstacle::record_broken:
      return "what the ledger keeps of a write cannot be read: it was edited or is damaged";
  }
  return "";
}

namespace {

// Lists generations: "generation 2 (1,200 rows, 2026-01-02 03:04:05 UTC), generation 1 (...)".
std::string named(const std::vector<app::writing_generation>& all) {
  constexpr std::size_t most = 5;  // chosen: a ledger of nightly runs has hundreds
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < most; ++i)
    text += fmt::format("{}generation {} ({}, {})", i == 0 ? "" : ", ", all[i].id,
                        counted(all[i].rows, "row", "rows"), date_and_time(all[i].started));
  if (all.size() > most) text += fmt::format(" and {} more", all.size() - most);
  return text;
}

}  // namespace

void undo_losses::add(std::string reason, std::string_view one, std::string_view many, std::string_view id) {
  auto& to = groups_[std::move(reason)];
  to.one = one;
  to.many = many;
  ++to.count;
  if (to.ids.size() < most_ids) to.ids.push_back(printable(id));
}

void undo_losses::lost(std::string_view id, const plan::undo_loss& loss) {
  const std::string_view what = loss.field.empty() ? "nothing of it" : std::string_view{loss.field};
  add(fmt::format("{} cannot go back: {}", what, obstacle_in_words(loss.why)), "resource", "resources", id);
}

void undo_losses::not_read(std::string_view id) {
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

std::vector<std::string> other_generations(std::int64_t undone,
                                           const std::vector<app::writing_generation>& others,
                                           const std::string& command) {
  std::vector<app::writing_generation> newer, older;
  for (const auto& g : others) (g.id > undone ? newer : older).push_back(g);
  std::vector<std::string> all;
  if (!newer.empty())
    all.push_back(
        fmt::format("{} wrote later: what it has changed since is skipped, unless it is undone first: {} "
                    "--generation {}",
                    named(newer), command, newer.front().id));
  if (!older.empty())
    all.push_back(
        fmt::format("{} wrote too, and this does not undo it; to go back further, run these jobs first and "
                    "then those of: {} --generation {}",
                    named(older), command, older.front().id));
  return all;
}

std::vector<std::string> undo_lines(const app::undo_answer& done, const undo_losses& losses,
                                    const std::string& ledger, const std::string& profile,
                                    const std::optional<std::string>& config_file) {
  std::vector<std::string> out;
  if (done.jobs == 0)
    out.push_back(fmt::format("generation {}: there is nothing that can go back", done.generation));
  else
    out.push_back(
        fmt::format("generation {}: {} to undo it", done.generation, counted(done.jobs, "job", "jobs")));
  for (const auto& line : losses.lines()) out.push_back("warning: " + line);
  if (done.was_quiet && done.jobs > 0)
    out.push_back(
        "note: its writes asked the API to tell nobody; run these jobs with --quiet-api to do so again");
  auto command = "pawl undo " + shell_path(ledger);
  if (!profile.empty()) command += " " + shell_flag("--profile", profile);
  if (config_file) command += " " + shell_flag("--config", *config_file);
  for (const auto& line : other_generations(done.generation, done.others, command))
    out.push_back("note: " + line);
  return out;
}

}  // namespace pawl::cli
