#include "cli/render/plan_texts.hpp"

#include "cli/render/side_effects.hpp"
#include "cli/render/undo_texts.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace pawl::cli {
namespace {

using plan::planned;

constexpr std::size_t columns = 118;     // documented
constexpr std::size_t count_at = 64;     // the column where a count ends; chosen
constexpr std::size_t value_lines = 14;  // for all fields together; chosen
constexpr std::size_t most_of_field = 6, most_reasons = 3, most_losses = 4, most_effects = 4, most_riders = 2;

std::string fitted(std::string_view line) {
  auto text = printable(line, std::string_view::npos);
  if (count_code_points(text) <= columns) return text;
  return std::string{first_code_points(text, columns - 3)} + "...";
}

// Appends a count in its column: "  status: open -> done                    7,912".
std::string with_count(std::string text, std::uint64_t count) {
  const auto number = grouped(count);
  const auto room = count_at - std::min(count_at, number.size() + 1);
  if (count_code_points(text) > room && room > 3)
    text = std::string{first_code_points(text, room - 3)} + "...";
  const auto used = count_code_points(text);
  text.append(count_at - std::min(count_at, used + number.size()), ' ');
  return text + number;
}

std::string change_in_words(const plan::plan_tally::field_tally& f, const plan::pair_tally::line& l,
                            std::size_t lines_of_field) {
  if (!l.to) return fmt::format("  {}: {} values", f.name, lines_of_field == 1 ? "different" : "other");
  if (!f.is_shown) return fmt::format("  {}: (not shown) -> {}", f.name, *l.to);
  if (!l.from)
    return fmt::format("  {}: {} values -> {}", f.name, lines_of_field == 1 ? "different" : "other", *l.to);
  if (l.from->empty()) return fmt::format("  {}: {}", f.name, *l.to);
  return fmt::format("  {}: {} -> {}", f.name, *l.from, *l.to);
}

// How many lines a field needs: one for each change, up to most_of_field. If there are so many changes, and
// none is that of a tenth of the rows, one line is enough.
std::size_t lines_wanted(const plan::plan_tally::field_tally& f) {
  const auto all = f.values.largest(most_of_field);
  if (all.size() < most_of_field || all.front().count * 10 >= f.values.total()) return all.size();
  return 1;
}

// Fields share the lines: first each gets one, then each that needs more gets one more, and so on.
void add_changes(lines& out, const plan::plan_tally& tally) {
  const auto& fields = tally.fields();
  const auto shown = std::min(fields.size(), value_lines - 1);
  std::vector<std::size_t> wanted, granted;
  for (std::size_t i = 0; i < shown; ++i) {
    wanted.push_back(lines_wanted(fields[i]) + (fields[i].along > 0 ? 1 : 0));
    granted.push_back(1);
  }
  auto left = value_lines - shown;
  for (bool any = true; any && left > 0;) {
    any = false;
    for (std::size_t i = 0; i < shown && left > 0; ++i)
      if (granted[i] < wanted[i]) {
        ++granted[i];
        --left;
        any = true;
      }
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& f = fields[i];
    const bool along = f.along > 0 && (granted[i] > 1 || f.values.total() == 0);
    const auto room = granted[i] - (along && granted[i] > 1 ? 1 : 0);
    const auto all = f.values.largest(room);
    for (const auto& l : all)
      out.push_back(with_count(printable(change_in_words(f, l, all.size())), l.count));
    if (along)
      out.push_back(with_count(fmt::format("  {}: as it is, sent along", printable(f.name)), f.along));
  }
  if (fields.size() > shown)
    out.push_back(fmt::format("  and {} more", counted(fields.size() - shown, "field", "fields")));
}

void add_skipped(lines& out, const plan::plan_tally& tally) {
  if (tally.of(planned::skipped) == 0) return;
  out.push_back(with_count("skipped, a precondition does not hold", tally.of(planned::skipped)));
  for (const auto& l : tally.skipped().largest(most_reasons)) {
    const auto reason = l.from ? *l.from : l.to ? *l.to : std::string{"other reasons"};
    out.push_back(with_count("  " + printable(reason), l.count));
  }
}

std::string names_of(const std::vector<plan::plan_tally::named_row>& rows, std::uint64_t count) {
  std::string text;
  for (const auto& r : rows)
    text += fmt::format("{}row {} ({})", text.empty() ? "" : ", ", r.row, printable(r.id, 40));
  if (count > rows.size()) text += ", ...";
  return text;
}

void add_undecided(lines& out, const plan::plan_tally& tally) {
  const auto add = [&](planned is, std::string_view what, bool with_reason) {
    const auto count = tally.of(is);
    if (count == 0) return;
    out.push_back(with_count(std::string{what}, count) + "  " + names_of(tally.named(is), count));
    if (with_reason) out.push_back("  the first: " + printable(tally.named(is).front().why));
  };
  add(planned::missing, "missing, the API knows no such id (404)", false);
  add(planned::refused, "refused by the API when read", true);
  add(planned::unreadable, "unreadable", true);
  add(planned::invalid, "invalid, the row itself is wrong", true);
}

void add_repeated(lines& out, const plan::plan_tally& tally) {
  if (tally.repeated() > 0) out.push_back(with_count("rows with the id of an earlier row", tally.repeated()));
  if (tally.contradicting() == 0) return;
  out.push_back(with_count("  of these, want another value (the last row wins)", tally.contradicting()));
  const auto& first = tally.contradictions().front();
  out.push_back(fmt::format("  the first: row {} ({}) contradicts {}", first.row, printable(first.id, 40),
                            printable(first.why)));
}

// Adds a paragraph with a head; shows at most `most` lines of `all`.
void add_list(lines& out, std::string_view head, const lines& all, std::size_t most) {
  if (all.empty()) return;
  out.push_back(std::string{head});
  const auto shown = all.size() > most ? most - 1 : all.size();
  for (std::size_t i = 0; i < shown; ++i) out.push_back("  " + all[i]);
  if (all.size() > shown) out.push_back(fmt::format("  and {} more", all.size() - shown));
}

lines losses_of(const plan::plan_tally& tally, const api::profile& profile) {
  struct loss {
    std::uint64_t rows;
    std::string text;
  };
  std::vector<loss> sorted;
  for (const auto& [what, rows] : tally.losses()) {
    const auto field = profile.find(what.first);
    const bool tells = field && !profile[*field].replay_safe;
    sorted.push_back({rows, fmt::format("{}: {}", printable(what.first),
                                        tells ? "what it sets off cannot be taken back"
                                              : obstacle_in_words(what.second))});
  }
  std::ranges::stable_sort(sorted, [](const loss& a, const loss& b) { return a.rows > b.rows; });
  lines all;
  for (const auto& l : sorted) all.push_back(fmt::format("{} ({})", l.text, counted(l.rows, "row", "rows")));
  return all;
}

lines riders_of(const plan::plan_tally& tally, const api::profile& profile) {
  lines all;
  for (std::size_t i = 0; i < tally.rides_unsent().size() && all.size() < most_riders; ++i)
    if (const auto rows = tally.rides_unsent()[i]; rows > 0)
      all.push_back(fmt::format("not sent: {} goes with {} only, which is as wanted: {} (--force-unechoed)",
                                profile.fields[i].name, profile[*profile.fields[i].rides_with].name,
                                counted(rows, "row", "rows")));
  return all;
}

void add_head(lines& out, const app::plan_report& r, const config::settings& s) {
  out.push_back(fmt::format("target: {}{}", r.target, r.key_label.empty() ? "" : ", key " + r.key_label));
  auto rows = fmt::format("input:  {}, {}", r.input_name, counted(r.rows, "row", "rows"));
  if (r.facts != nullptr) rows += "; " + format_in_words(*r.facts);
  out.push_back(rows);
  if (r.done.total() > 0)
    out.push_back(fmt::format("done:   {}, left out: {}", counted(r.done.total(), "row", "rows"),
                              counts_in_words(r.done)));
  if (r.is_limited)
    out.push_back(fmt::format("limit:  only the next {} were looked at", grouped(r.tally->rows())));
  for (const auto& condition : s.conditions)
    out.push_back(fmt::format("only if: {} (every row)", to_string(condition)));
  if (!s.fill_empty.empty())
    out.push_back(fmt::format("only where the resource has no value: {}", fmt::join(s.fill_empty, ", ")));
  if (!s.source.match.empty())
    out.push_back(fmt::format("matched by: {}, looked up with {}", printable(s.source.match),
                              counted(r.looked_up, "read", "reads")));
  if (const auto body = body_in_words(s.profile); !body.empty()) out.push_back("sends:  " + body);
  if (!s.read_first) out.push_back("read_first is off: nothing is read, and every row is written");
}

// Adds what a server that replaces the resource would erase.
void add_unnamed(lines& out, const plan::plan_tally& tally, const api::profile& profile) {
  constexpr std::size_t most = 3;  // chosen: so many fit into one line
  std::vector<std::pair<std::uint64_t, std::string>> all;
  for (std::size_t i = 0; i < tally.unnamed().size(); ++i)
    if (const auto rows = tally.unnamed()[i]; rows > 0)
      all.emplace_back(rows, i < profile.fields.size() ? profile.fields[i].name : "members not described");
  if (all.empty()) return;
  std::ranges::stable_sort(all, std::ranges::greater{}, &std::pair<std::uint64_t, std::string>::first);
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < most; ++i)
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", printable(all[i].second),
                        counted(all[i].first, "row", "rows"));
  if (all.size() > most) text += fmt::format(" and {} more", all.size() - most);
  out.push_back("not in the rows, so a server that replaces erases it, beyond undo: " + text);
}

void add_price(lines& out, const app::plan_report& r, const config::settings& s) {
  out.push_back(fmt::format("price:  {} at {}, up to {} at {}", counted(r.writes, "write", "writes"),
                            windows_in_words(s.run.writes), counted(r.reads, "read", "reads"),
                            windows_in_words(s.run.reads)));
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(r.reply_time).count();
  const auto ends = s.run.hours ? s.run.hours->end_of(r.needed, r.now)
                                : r.now + std::chrono::ceil<std::chrono::microseconds>(r.needed);
  out.push_back(fmt::format("time:   about {}, if replies take {} ms; started now it ends at {}",
                            in_words(r.needed), ms, date_and_time(ends)));
  if (s.run.hours) out.push_back("hours:  writes leave " + s.run.hours->in_words());
  if (!s.read_first_where_free) return;
  const auto writes = counted(r.other_way.writes, "write", "writes");
  const auto needed = in_words(r.other_way.needed);
  out.push_back(s.read_first
                    ? fmt::format("auto:   reads are free here; without them {}, about {}", writes, needed)
                    : fmt::format("auto:   reads are not free here; with them {} and up to {}, about {}",
                                  counted(r.other_way.reads, "read", "reads"), writes, needed));
}

}  // namespace

lines plan_lines(const app::plan_report& r, const config::settings& s) {
  const auto& tally = *r.tally;
  const auto& in_use = r.profile != nullptr ? *r.profile : s.profile;
  lines out;
  add_head(out, r, s);
  out.push_back(with_count("to write", tally.of(planned::write)));
  add_changes(out, tally);
  if (tally.of(planned::unchanged) > 0)
    out.push_back(with_count("unchanged, as wanted already", tally.of(planned::unchanged)));
  add_skipped(out, tally);
  add_undecided(out, tally);
  add_repeated(out, tally);
  if (tally.of(planned::write) > 0)
    add_list(out, "side effects:", side_effects(in_use, tally.rows_with_field()), most_effects);
  add_list(out, "cannot be undone:", losses_of(tally, in_use), most_losses);
  add_unnamed(out, tally, in_use);
  if (tally.not_replay_safe() > 0)
    out.push_back(fmt::format("{} must not be sent twice: an answer that is lost leaves such a row unknown",
                              counted(tally.not_replay_safe(), "row", "rows")));
  for (const auto& rider : riders_of(tally, in_use)) out.push_back(rider);
  add_price(out, r, s);
  if (!r.out.empty()) {
    out.push_back(fmt::format("jobs:   {} with what they expect: {}",
                              counted(tally.of(planned::write), "row", "rows"), printable(r.out)));
    if (const auto as_they_came = tally.of(planned::unreadable); as_they_came > 0)
      out.push_back(fmt::format("  and, as they came, {} that could not be read",
                                counted(as_they_came, "row", "rows")));
    if (r.jobs_shortened > 0)
      out.push_back(
          fmt::format("  {} an old value that no input may say, so it is not expected",
                      r.jobs_shortened == 1 ? "1 row has" : grouped(r.jobs_shortened) + " rows have"));
  }
  out.push_back(fmt::format("nothing was written ({} in {})", counted(r.reads_sent, "read", "reads"),
                            in_words(r.elapsed)));
  for (auto& line : out) line = fitted(line);
  return out;
}

}  // namespace pawl::cli
