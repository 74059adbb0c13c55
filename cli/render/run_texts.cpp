#include "cli/render/run_texts.hpp"

#include "cli/render/side_effects.hpp"
#include "engine/app/name_resolution.hpp"
#include "engine/text/amounts.hpp"
#include "engine/text/date_time.hpp"
#include "engine/text/printable.hpp"
#include "engine/text/shell_word.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pawl::cli {
namespace {

std::string delimiter_name(char c) {
  if (c == '\t') return "tab";
  return std::string{c};
}

}  // namespace

std::string windows_in_words(const policy::pacer_options& o) {
  if (o.windows.empty() && o.shared.empty()) return "unlimited";
  std::vector<std::string> each;
  for (const auto& w : o.windows) each.push_back(to_string(w));
  for (const auto& l : o.shared) each.push_back(to_string(l) + " of reads and writes together");
  auto text = fmt::format("{}", fmt::join(each, " and "));
  if (o.reserve > 0) text += fmt::format(" less a reserve of {:.0f}%", o.reserve * 100);
  return text;
}

std::string format_in_words(const input::source_facts& facts) {
  std::string text{name_of(input::file_formats, facts.format)};
  switch (facts.format) {
    case input::file_format::csv:
      text += fmt::format(", delimiter {}{}", delimiter_name(facts.delimiter),
                          facts.delimiter_was_sniffed ? " (sniffed)" : "");
      break;
    case input::file_format::ndjson:
      break;
  }
  return text;
}

std::string fields_in_words(const api::profile& p, const std::vector<std::uint64_t>& rows_with_field) {
  std::vector<std::string> each;
  for (std::size_t i = 0; i < rows_with_field.size() && i < p.fields.size(); ++i)
    if (rows_with_field[i] > 0)
      each.push_back(fmt::format("{} {}", p.fields[i].name, grouped(rows_with_field[i])));
  if (rows_with_field.size() > p.fields.size() && rows_with_field.back() > 0)
    each.push_back(fmt::format("fields that the profile passes on {}", grouped(rows_with_field.back())));
  return each.empty() ? "none" : fmt::format("{}", fmt::join(each, ", "));
}

lines check_lines(const app::check_answer& found, const config::settings& s) {
  lines out;
  const auto& report = found.report;
  out.push_back(fmt::format("{}: {}, no errors", found.input_name, counted(report.rows, "row", "rows")));
  out.push_back(fmt::format("format: {}", format_in_words(found.facts)));
  out.push_back(fmt::format("fields: {}", fields_in_words(found.profile, report.rows_with_field)));
  if (report.rows_with_expect > 0)
    out.push_back(fmt::format("rows with preconditions: {}", grouped(report.rows_with_expect)));
  for (const auto& condition : s.conditions)
    out.push_back(fmt::format("only if: {} (every row)", to_string(condition)));
  if (!s.fill_empty.empty())
    out.push_back(fmt::format("only where the resource has no value: {}", fmt::join(s.fill_empty, ", ")));
  if (!s.source.match.empty())
    out.push_back(fmt::format("matched by: {}; which resources have these values is looked up when it runs",
                              printable(s.source.match)));
  if (report.rows_with_verbs > 0)
    out.push_back(fmt::format("rows with set verbs: {}", grouped(report.rows_with_verbs)));
  if (report.names.any())
    out.push_back(fmt::format("names of tags: {}{}, looked up when it runs",
                              report.names.complete() ? "" : "more than ", grouped(report.names.size())));
  if (const auto hint = app::rename_hint(report, s); !hint.empty()) out.push_back("hint: " + hint);
  if (report.rows_not_replay_safe > 0)
    out.push_back(fmt::format("rows that must not be sent twice: {}", grouped(report.rows_not_replay_safe)));
  out.push_back(fmt::format(
      "time needed: at least {} ({} at {})",
      in_words(client::time_needed_with_reads(s.run.writes, report.rows, s.read_first ? report.rows : 0)),
      counted(report.rows, "write", "writes"), windows_in_words(s.run.writes)));
  return out;
}

lines announce(const app::announcement& a, const config::settings& s) {
  lines out;
  out.push_back(fmt::format("target: {}{}", a.target, a.key_label.empty() ? "" : ", key " + a.key_label));
  for (const auto& setting : s.effective) {
    if (setting.key == "proxy" && s.run.transport.proxy)
      out.push_back(fmt::format("proxy:  {} ({})", setting.value, setting.source));
    if (setting.key == "tls.ca_file" && !s.run.transport.ca_file.empty())
      out.push_back(fmt::format("trusts: also certificates signed by those in {} ({})",
                                printable(setting.value), setting.source));
  }
  auto rows = fmt::format("input:  {}, {}", a.input_name, counted(a.rows, "row", "rows"));
  if (a.pending != a.rows) rows += fmt::format(", {} left", grouped(a.pending));
  if (a.facts != nullptr) rows += "; " + format_in_words(*a.facts);
  out.push_back(rows);
  if (a.report != nullptr) {
    const auto& in_use = a.profile != nullptr ? *a.profile : s.profile;
    out.push_back(fmt::format("fields: {}", fields_in_words(in_use, a.report->rows_with_field)));
    if (a.report->bad_rows > 0)
      out.push_back(
          fmt::format("{} wrong and will be recorded as invalid (--skip-invalid)",
                      a.report->bad_rows == 1 ? "1 row is" : grouped(a.report->bad_rows) + " rows are"));
    if (a.report->rows_not_replay_safe > 0)
      out.push_back(fmt::format("{} must not be sent twice: an answer that is lost leaves such a row unknown",
                                counted(a.report->rows_not_replay_safe, "row", "rows")));
    for (const auto& effect : side_effects(in_use, a.report->rows_with_field))
      out.push_back("side effect: " + effect);
    if (const auto hint = app::rename_hint(*a.report, s); !hint.empty()) out.push_back("hint: " + hint);
  }
  if (const auto body = body_in_words(s.profile); !body.empty()) out.push_back("sends: " + body);
  for (const auto& condition : s.conditions)
    out.push_back(fmt::format("only if: {} (every row)", to_string(condition)));
  if (!s.fill_empty.empty())
    out.push_back(fmt::format("only where the resource has no value: {}", fmt::join(s.fill_empty, ", ")));
  if (!s.source.match.empty())
    out.push_back(
        fmt::format("matched by: {}; each value that is not known yet is looked up before the first write",
                    printable(s.source.match)));
  const auto writes = s.run.limit ? std::min(*s.run.limit, a.pending) : a.pending;
  out.push_back(
      fmt::format("writes: up to {}, at least {} at {}", grouped(writes),
                  in_words(client::time_needed_with_reads(s.run.writes, writes, s.read_first ? writes : 0)),
                  windows_in_words(s.run.writes)));
  if (s.run.hours) out.push_back("hours:  writes leave " + s.run.hours->in_words());
  out.push_back("ledger: " + a.ledger_path);
  if (!s.read_first && s.profile.read_first)
    out.push_back(std::string{s.read_first_where_free
                                  ? "read_first = auto, and reads cost quota or time of the writes here"
                                  : "--no-read-first"} +
                  ": every row is written, also those that are as wanted; what is overwritten is not "
                  "known, so it cannot be undone, and a write that was cut off cannot be judged by a read");
  return out;
}

std::string counts_in_words(const outcome_counts& counts) {
  std::vector<std::string> each;
  for (std::size_t i = 0; i < outcome_count; ++i)
    if (counts.of[i] > 0)
      each.push_back(fmt::format("{} {}", grouped(counts.of[i]), to_string(static_cast<outcome>(i))));
  return each.empty() ? "no outcome yet" : fmt::format("{}", fmt::join(each, ", "));
}

std::string failures_line(const outcome_counts& counts, const std::string& ledger_path) {
  if (counts.failures() == 0) return {};
  std::vector<std::string_view> failed;
  for (std::size_t i = 0; i < outcome_count; ++i)
    if (const auto o = static_cast<outcome>(i); !is_success(o) && counts[o] > 0)
      failed.push_back(to_string(o));
  return fmt::format("the failures, to mend and run again: pawl export {} --with-input --outcome {}",
                     shell_path(ledger_path), fmt::join(failed, ","));
}

std::string contradiction_in_words(client::progress_counters::request_class which,
                                   const rate_window& configured, const rate_window& said) {
  const bool of_reads = which == client::progress_counters::request_class::reads;
  return fmt::format("the API says {}, and {} is {}: {} {} {}", to_string(said),
                     of_reads ? "limits.read" : "limits.write", to_string(configured),
                     of_reads ? "--read-rate" : "--rate", to_string(said),
                     said.limit < configured.limit ? "keeps to it" : "would use all of it");
}

lines closing_lines(const app::ending& e) {
  lines out;
  auto first = fmt::format("{}: {}", counted(e.rows, "row", "rows"), counts_in_words(e.counts));
  if (e.pending > 0) first += fmt::format(", {} pending", grouped(e.pending));
  first += fmt::format("; {} in {}", counted(e.figures.writes, "write", "writes"), in_words(e.elapsed));
  if (e.figures.retries > 0) first += fmt::format(", {}", counted(e.figures.retries, "retry", "retries"));
  if (e.figures.throttled > 0) first += fmt::format(", throttled {} times", grouped(e.figures.throttled));
  out.push_back(first);
  for (const auto& [code, count] : e.error_counts)
    out.push_back(fmt::format("  {}: {}", printable(code), counted(count, "row", "rows")));
  if (!e.has_ledger) return out;
  if (auto line = failures_line(e.counts, e.ledger_path); !line.empty()) out.push_back(std::move(line));
  if (!e.retry_command.empty()) out.push_back("to take the failed rows again as well: " + e.retry_command);
  if (e.pending == 0) return out;
  const auto when = std::string{e.mend_first ? "when that is mended, " : ""};
  if (!e.resume_command.empty())
    out.push_back(fmt::format("{}this goes on where it stopped{}: {}", when,
                              e.resume_at ? ", from " + date_and_time(*e.resume_at) : "", e.resume_command));
  else
    out.push_back(when + (e.resume_at
                              ? fmt::format("the same command goes on, from {}", date_and_time(*e.resume_at))
                              : std::string{"the same command goes on where this stopped"}));
  return out;
}

std::string snapshot_in_words(const client::snapshot_facts& f) {
  auto text = fmt::format("snapshot: {} read, {} settled", counted(f.pages, "list page", "list pages"),
                          counted(f.settled, "row", "rows"));
  if (!f.failure.empty()) text += "; the rest is read row by row: " + f.failure;
  return text;
}

std::string failure_in_words(const client::failed_row& f) {
  auto text = fmt::format("row {} (id {}): {}", f.row, printable(f.id, 100), to_string(f.outcome));
  if (!f.code.empty() && f.code != to_string(f.outcome)) text += ": " + printable(f.code, 100);
  if (!f.message.empty()) text += ": " + printable(f.message);
  if (!f.request_id.empty()) text += "; request " + printable(f.request_id, 100);
  return text;
}

}  // namespace pawl::cli
