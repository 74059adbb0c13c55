#include "engine/app/ledger_refusals.hpp"

#include "engine/api/batch_requests.hpp"
#include "engine/app/recorded_settings.hpp"
#include "engine/model/option.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/nearest.hpp"
#include "engine/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::app {
namespace {

std::string profile_and_url(const ledger::target& t) {
  return t.profile + " " + t.base_url;
}

}  // namespace

ledger::target target_of(const options& o) {
  ledger::target to;
  to.profile = o.profile.name_with_variables();
  to.base_url = o.target.url();
  return to;
}

std::string target_in_words(const ledger::target& t) {
  return t.account.empty() ? profile_and_url(t)
                           : fmt::format("{} (account {})", profile_and_url(t), t.account);
}

namespace {

std::string way_back(const ledger::target& bound, const ledger::target& wanted) {
  if (bound.profile == wanted.profile) return "add " + to_string(option::base_url, bound.base_url);
  const auto name = api::profile_name_of(bound.profile);
  const auto address =
      bound.base_url == wanted.base_url
          ? std::string{}
          : ", and " + to_string(option::base_url, bound.base_url) + " where they do not say it";
  if (name == api::profile_name_of(wanted.profile))
    return fmt::format("give the variables of {} their values of then{}", bound.profile, address);
  return fmt::format("use profile {}{}", bound.profile,
                     address.empty() ? address : " and " + to_string(option::base_url, bound.base_url));
}

}  // namespace

std::optional<failure> refuse_target(const ledger::target& bound, const ledger::target& wanted,
                                     const std::string& ledger_path, ledger_use use) {
  if (bound.profile == wanted.profile && bound.base_url == wanted.base_url) return std::nullopt;
  if (use == ledger_use::reads)
    return failure{failure_kind::usage, ledger_path,
                   fmt::format("belongs to {}, and this command would read from {}", target_in_words(bound),
                               profile_and_url(wanted)),
                   "read from where it was written to: " + way_back(bound, wanted)};
  return failure{
      failure_kind::usage, ledger_path,
      fmt::format("belongs to {}, and this run would go to {}: a ledger counts for one target only",
                  target_in_words(bound), profile_and_url(wanted)),
      "name another ledger for this target with " + to_string(option::ledger)};
}

std::optional<failure> refuse_account(const ledger::target& bound, const std::string& configured,
                                      const std::string& answered, const std::string& ledger_path,
                                      ledger_use use) {
  if (!configured.empty() && configured != answered)
    return failure{failure_kind::usage, "api.account",
                   fmt::format("names account {}, and the key belongs to {}", configured,
                               answered.empty() ? "none that the API names" : answered),
                   "use a key of that account, or mend api.account"};
  if (!bound.account.empty() && bound.account != answered)
    return failure{failure_kind::usage, ledger_path,
                   fmt::format("belongs to account {}, and the key belongs to {}", bound.account,
                               answered.empty() ? "none that the API names" : answered),
                   use == ledger_use::reads ? std::string{"use a key of that account"}
                                            : "use a key of that account, or name another ledger with " +
                                                  to_string(option::ledger)};
  return std::nullopt;
}

std::string difference(const ledger::generation_row& g, const input::input_identity& now,
                       std::string_view settings_now) {
  const bool file = g.input.file != now.file, shaping = g.input.shaping != now.shaping;
  std::string settings;
  for (const auto& one : changed_settings(g.settings, settings_now))
    settings += (settings.empty() ? "" : ", ") + one;
  if (!shaping && settings.empty()) return file ? "the file, not the settings" : "nothing";
  if (!settings.empty()) return settings + (file ? ", and the file" : "; the file is the same");
  constexpr std::string_view shapers =
      "that shape what is done with it (id column, map, ignore, set, only-if, null token, separators, types "
      "of its fields)";
  return file ? fmt::format("the file and the settings {}", shapers)
              : fmt::format("the settings {}, not the file", shapers);
}

failure changed_input(const std::string& input_name, const ledger::generation_row& g,
                      const input::input_identity& now, std::uint64_t pending,
                      std::string_view settings_now) {
  const bool file = g.input.file != now.file;
  return {failure_kind::usage, input_name,
          fmt::format("{} begun on {}{} and has {} left; what differs: {}",
                      file ? "is not the input that was" : "was", date_and_time(g.started),
                      file ? "" : " with other settings", counted(pending, "row", "rows"),
                      difference(g, now, settings_now)),
          fmt::format("go on with the {} as {}, or give up the rest and start anew with {}",
                      file ? "input" : "settings", file ? "it was" : "they were", to_string(option::fresh))};
}

failure changed_input_of_retry(const std::string& input_name, const ledger::generation_row& g,
                               const input::input_identity& now, std::string_view settings_now) {
  return {failure_kind::usage, input_name,
          fmt::format("is not the input of the run of {}, whose rows {} would take again; what differs: {}",
                      date_and_time(g.started), to_string(option::retry), difference(g, now, settings_now)),
          "name the input as it was, with the same options; or leave out " + to_string(option::retry)};
}

std::optional<failure> refuse_batches(const options& s) {
  if (s.profile.write_many.size == 0) return std::nullopt;
  if (!s.run.writes.each.empty())
    return failure{
        failure_kind::usage, "limits.each",
        "is set, and profile " + s.profile.name +
            " writes several rows with one request ([write_many]), which may count for each of them",
        "remove one of the two"};
  if (s.read_first && !api::can_read_many(s.profile))
    return failure{failure_kind::usage, "read_first",
                   "is on, and profile " + s.profile.name +
                       " writes several rows with one request ([write_many]) and reads them one by one",
                   "add [read_many] to the profile, or remove [write_many]"};
  return std::nullopt;
}

std::optional<failure> refuse_unread(const options& s, const std::string& input_name,
                                     const input::validation_report* report) {
  constexpr std::string_view why =
      "need to know what stands there, and read_first is off: nothing is read before a write";
  const auto refusal = [](std::string place, std::string what, std::string remedy) {
    return failure{failure_kind::usage, std::move(place), std::move(what), std::move(remedy)};
  };
  const auto rows = [](std::uint64_t n) { return n == 1 ? "1 row has" : grouped(n) + " rows have"; };
  const auto unread = to_string(option::no_read_first);
  if (!s.read_first && !s.conditions.empty())
    return refusal(to_string(option::only_if), fmt::format("preconditions {}", why),
                   "leave " + unread + " out");
  if (!s.read_first && !s.fill_empty.empty())
    return refusal(to_string(option::fill_empty),
                   fmt::format("fields that are filled only where they are empty {}", why),
                   "leave " + unread + " out");
  if (report == nullptr) return std::nullopt;
  for (const auto& name : s.fill_empty) {
    const auto field = s.profile.find(name);
    const bool is_written = field && to_index(*field) < report->rows_with_field.size() &&
                            report->rows_with_field[to_index(*field)] > 0;
    if (is_written) continue;
    nearest_name near(name);
    for (std::size_t i = 0; i < std::min(s.profile.fields.size(), report->rows_with_field.size()); ++i)
      if (report->rows_with_field[i] > 0) near.offer(s.profile.fields[i].name);
    return refusal(
        to_string(option::fill_empty), fmt::format("no row of the input writes {}", shown(name)),
        near.best().empty() ? "name a field that it writes" : fmt::format("did you mean {}?", near.best()));
  }
  if (s.read_first) return std::nullopt;
  if (report->rows_with_expect > 0)
    return refusal(
        input_name,
        fmt::format("{} preconditions (expect), and they {}", rows(report->rows_with_expect), why),
        "leave " + unread + " out, or the expect columns with " + to_string(option::ignore_column));
  if (report->rows_with_verbs > 0)
    return refusal(
        input_name,
        fmt::format("{} set verbs (such as add_tags), and they {}", rows(report->rows_with_verbs), why),
        "leave " + unread + " out, or give the whole set instead (such as tag_ids)");
  return std::nullopt;
}

std::uint64_t first_pending(const ledger::row_set& done, std::uint64_t rows) noexcept {
  std::uint64_t row = 1;
  while (row <= rows && done.contains(row)) ++row;
  return row;
}

std::uint64_t count_pending(const ledger::row_set& done, std::uint64_t rows) noexcept {
  std::uint64_t n = 0;
  for (std::uint64_t row = 1; row <= rows; ++row)
    if (!done.contains(row)) ++n;
  return n;
}

std::optional<failure> refuse_lost_rows(std::uint64_t rows, std::uint64_t pending,
                                        const outcome_counts& before, const outcome_counts& now,
                                        const outcome_counts& in_ledger, const std::string& ledger_path) {
  outcome_counts together = before;
  for (std::size_t i = 0; i < outcome_count; ++i) together.of[i] += now.of[i];
  std::string what;
  if (in_ledger.total() + pending != rows)
    what = fmt::format("{} rows, but {} outcomes and {} pending", rows, in_ledger.total(), pending);
  else if (together != in_ledger)
    what = fmt::format("this run knows of {} outcomes, but the ledger holds {}", together.total(),
                       in_ledger.total());
  else
    return std::nullopt;
  return failure{failure_kind::mend, ledger_path,
                 "the rows do not add up (" + what + "): this is a bug in pawl",
                 "keep the ledger and report it; do not trust the counts"};
}

}  // namespace pawl::app
