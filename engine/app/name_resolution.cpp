#include "engine/app/name_resolution.hpp"

#include "engine/api/condition.hpp"
#include "engine/model/option.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace pawl::app {
namespace {

constexpr std::size_t shown_complaints = 20;  // chosen, as for a validation
constexpr std::uint64_t handful = 5;          // chosen: renaming would save hardly anything

bool is_name(const api::precondition& c) {
  return c.is == api::precondition::test::has_name;
}

// The ways that do without names: "add_tag_ids, remove_tag_ids and `tag_ids has ID`".
std::string ways_by_id(const api::profile& profile) {
  std::vector<std::string> ways;
  std::vector<field_index> lists;
  for (const auto& f : profile.fields) {
    if (f.verb != api::set_verb::add_ids && f.verb != api::set_verb::remove_ids) continue;
    ways.push_back(f.name);
    if (std::ranges::find(lists, f.verb_target) == lists.end()) lists.push_back(f.verb_target);
  }
  for (const auto list : lists) ways.push_back(fmt::format("`{} has ID`", profile[list].name));
  return fmt::format("{}", fmt::join(ways, ", "));
}

class resolver {
 public:
  resolver(session& s, ledger_choice& choice, const name_question& q)
      : s_(s), choice_(choice), q_(q), settings_(s.settings()) {}

  expected<const api::name_directory*> all() {
    const bool in_conditions = std::ranges::any_of(settings_.conditions, is_name);
    if (!q_.names.any() && !in_conditions) return static_cast<const api::name_directory*>(nullptr);
    if (settings_.reading.names.path.empty())
      return failure{
          failure_kind::usage, "profile " + settings_.profile.name,
          "does not say how to look names up, and the input or " + to_string(option::only_if) + " has some",
          "describe it as [names], or give ids instead of names"};
    auto directory = q_.fetch();
    if (!directory) return names_not_read(std::move(directory.error()), settings_, q_.scopes);
    std::optional<input::used_names> unknown;
    if (!q_.names.complete()) {
      auto read = read_for_unknown_names(**directory);
      if (!read) return std::move(read.error());
      unknown = *std::move(read);
    }
    if (auto refused = say_wrong(unknown ? *unknown : q_.names, **directory)) return *std::move(refused);
    return directory;
  }

 private:
  expected<input::used_names> read_for_unknown_names(const api::name_directory& known) {
    const auto is_pending = [this](std::uint64_t row) { return !q_.done.contains(row); };
    const auto on_progress = [this](std::uint64_t rows) { s_.show_work("looking for names", rows, 0); };
    auto names = input::collect_names(choice_.input().source, settings_.profile, &known, is_pending,
                                      on_progress, &s_.signals().came());
    s_.hide_work();
    return names;
  }

  std::optional<failure> say_wrong(const input::used_names& names, const api::name_directory& directory) {
    std::size_t wrong_conditions = 0;
    for (const auto& condition : settings_.conditions)
      if (auto resolved = api::resolve_name(condition, directory); !resolved) {
        ++wrong_conditions;
        s_.say().complaint(to_string(option::only_if) + ": " + resolved.error().what + "; " +
                           resolved.error().remedy);
      }
    const auto wrong = input::unresolved(names, directory, settings_.profile);
    for (std::size_t i = 0; i < wrong.size() && i < shown_complaints; ++i)
      s_.say().complaint(fmt::format("{}:{}: {}: {}", choice_.input().name, wrong[i].line,
                                     printable(wrong[i].column), wrong[i].what));
    if (wrong.size() > shown_complaints)
      s_.say().complaint(fmt::format("{}: {}{}", choice_.input().name, names.complete() ? "" : "at least ",
                                     counted(wrong.size() - shown_complaints, "more name", "more names")));
    const auto count = wrong.size() + wrong_conditions;
    if (count == 0) return std::nullopt;
    if (choice_.report())
      if (const auto hint = rename_hint(*choice_.report(), settings_); !hint.empty()) s_.say().note(hint);
    s_.facts().stop_reason = "invalid_input";
    return failure{
        failure_kind::usage, wrong.empty() ? to_string(option::only_if) : choice_.input().name,
        fmt::format("{} of {} not in {} exactly once; nothing was sent", counted(count, "name", "names"),
                    count == 1 ? "a tag is" : "tags are", settings_.reading.names.path),
        "mend the names (they match by case and all), make the tags first, or give ids: " +
            ways_by_id(settings_.profile)};
  }

  session& s_;
  ledger_choice& choice_;
  const name_question& q_;
  const options& settings_;
};

}  // namespace

expected<const api::name_directory*> resolve_names(session& s, ledger_choice& choice,
                                                   const name_question& question) {
  return resolver(s, choice, question).all();
}

failure names_not_read(failure why, const options& settings, const std::vector<std::string>& scopes) {
  if (why.kind != failure_kind::mend) return why;
  std::vector<std::string> missing;
  for (const auto& one : settings.reading.needs.names)
    if (std::ranges::find(scopes, one) == scopes.end()) missing.push_back(one);
  why.what = "names of tags cannot be looked up, and nothing was written: " + why.what;
  const auto by_id = "give ids instead of names (" + ways_by_id(settings.profile) + ")";
  if (!scopes.empty() && !missing.empty()) {
    // The API's answer is about this scope; the profile's advice on a refusal is about others.
    why.remedy = fmt::format("the key lacks {}: grant it that scope where it was made, or {}",
                             fmt::join(missing, ", "), by_id);
  } else {
    why.remedy += (why.remedy.empty() ? "" : "; or ") + by_id;
  }
  return why;
}

std::string rename_hint(const input::validation_report& report, const options& settings) {
  const auto swap = report.swap.found();
  if (!swap || swap->rows <= handful || settings.reading.rename_hint.empty()) return {};
  return fmt::format("every row takes {} away and puts {} there: {}: one request instead of {}",
                     printable(swap->removed, 100), printable(swap->added, 100), settings.reading.rename_hint,
                     counted(swap->rows, "write", "writes"));
}

}  // namespace pawl::app
